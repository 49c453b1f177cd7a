# Sourced: whether Debian packages may be installed here, and how.
as_root=
[ "$(id -u)" = 0 ] || as_root='sudo -n'

may_install() {
    command -v apt-get >/dev/null || return 1
    [ -z "$as_root" ] || $as_root true 2>/dev/null
}

install_packages() {
    echo "Installing with apt: $*"
    $as_root apt-get -qq update
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}
