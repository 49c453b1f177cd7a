"""What people call the columns we understand, in English, French, German, Spanish, Portuguese and Italian."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Split a list of words."""
    return frozenset(text.split())


#: Our name → headers, as `field_name` writes them (lower case, no accents, "_" between words).
SYNONYMS: dict[str, str] = {
    "address": """
        e_mail email mail email_address e_mail_address mail_address email_1 primary_email work_email
        adresse_e_mail adresse_email adresse_mail courriel adresse_electronique mel
        e_mail_adresse emailadresse mailadresse
        correo correo_electronico direccion_de_correo direccion_de_correo_electronico
        endereco_de_email endereco_de_e_mail endereco_eletronico correio_eletronico
        posta_elettronica indirizzo_email indirizzo_e_mail""",
    "first_name": """
        first_name firstname given_name forename christian_name first
        prenom vorname nombre nombre_de_pila primeiro_nome nome_proprio nome""",
    "last_name": """
        last_name lastname surname family_name last
        nom_de_famille nachname familienname apellido apellidos sobrenome apelido ultimo_nome cognome""",
    "name": """
        name full_name fullname contact_name client_name customer_name display_name person
        nom nom_complet nom_et_prenom vollstandiger_name nombre_completo nombre_y_apellidos
        nome_completo nominativo nome_e_cognome""",
    "company": """
        company company_name firm organisation organization business
        societe entreprise firma unternehmen empresa compania azienda societa ditta""",
    "owner": """
        owner partner account_manager relationship_manager responsible lawyer contact_person handled_by
        responsable charge_de_clientele gestionnaire betreuer ansprechpartner zustandig bearbeiter
        responsable_de_cuenta gestor responsavel gerente_de_conta referente responsabile""",
    "language": "language lang preferred_language langue sprache idioma lingua",
    "country": "country country_code pays land pais paese",
    "timezone": """
        timezone time_zone tz zone fuseau fuseau_horaire zeitzone zona_horaria fuso_horario fuso_orario""",
    "personal_line": """
        personal_line add_a_sentence personal_sentence personal_note your_sentence
        mot_personnel phrase_personnelle personliche_zeile personlicher_satz persoenlicher_satz
        frase_personal linea_personal frase_pessoal frase_personale""",
    "memo": """
        memo memos note notes comment comments remark remarks
        remarque remarques commentaire commentaires notiz notizen bemerkung bemerkungen kommentar
        nota notas comentario comentarios observacion observaciones observacao observacoes
        appunti commenti osservazioni""",
    "birthday": """
        birthday birth_date date_of_birth dob born anniversaire date_de_naissance
        geburtstag geburtsdatum cumpleanos fecha_de_nacimiento aniversario data_de_nascimento
        compleanno data_di_nascita""",
    "client_since": """
        client_since customer_since member_since since client_depuis cliente_depuis
        kunde_seit mandant_seit cliente_desde cliente_dal cliente_da""",
    "title": "title salutation honorific civilite titre anrede tratamiento trato tratamento titolo",
    "household": "household family foyer menage haushalt hogar agregado familia famiglia",
    "last_contact": """
        last_contact last_contacted last_spoken dernier_contact letzter_kontakt ultimo_contacto
        ultimo_contato ultimo_contatto""",
    "keep_in_touch": "keep_in_touch cadence contact_every",
}

#: Header → our name, each header once.
MEANINGS: dict[str, str] = {word: name for name, words in SYNONYMS.items() for word in words.split()}

#: Headers that mean a postal address unless their cells hold an @.
ONLY_WITH_AT = frozenset(
    ["address", "adresse", "direccion", "endereco", "indirizzo", "contact", "kontakt", "contacto", "contato"]
)

#: How a row of totals begins.
TOTALS = words(
    """total totals grand_total sub_total subtotal sum sum_total count average
    totaux sous_total somme summe gesamt gesamtsumme zwischensumme suma totale somma soma"""
)
