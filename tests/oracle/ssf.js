// Reads [[code, value], …] as JSON from stdin and writes what SheetJS's ssf shows for each, null where it raises.
const SSF = require(process.argv[2]);
let text = "";
process.stdin.on("data", (chunk) => (text += chunk));
process.stdin.on("end", () => {
  const answers = JSON.parse(text).map(([code, value]) => {
    try {
      return SSF.format(code, value);
    } catch {
      return null;
    }
  });
  process.stdout.write(JSON.stringify(answers));
});
