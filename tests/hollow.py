"""Mails that go through the motions, with what is hollow in each; and mails that somebody meant."""
# ruff: noqa: E501  # each mail on its line

#: (subject, text, the kinds of finding it deserves)
HOLLOW = [
    ("Thank you", "Dear Valued Customer,\n\nThank you for your continued support.\n\nI am Ada Obi", {"nobody-greeted", "filler"}),
    ("Thanks", "Dear Bob,\n\nWe value your business. Please do not hesitate to reach out.\n\nAda Obi", {"filler", "hides"}),
    ("A gift", "Dear Bob,\n\nI want to thank you with 20% off your next purchase. Book now!\n\nAda Obi", {"sells"}),
    ("Thank you", "Hello,\n\nI enjoyed the work on the roof.\n\nAda Obi", {"nobody-greeted"}),
    ("Thank you", "Dear BOB,\n\nI enjoyed the work on the roof.\n\nAda Obi", {"name-in-capitals"}),
    ("Thank you", "Dear bob,\n\nI enjoyed the work on the roof.\n\nAda Obi", {"name-in-small"}),
    ("Thank you", "Dear Stone Holdings Ltd,\n\nI enjoyed the work on the roof.\n\nAda Obi", {"odd-name"}),
    ("Thank you", "Dear bob@client.example,\n\nI enjoyed the work.\n\nAda Obi", {"odd-name"}),
    ("Thank you", "Dear Margaret,\n\nI enjoyed the work on the roof.\n\nAda Obi", {"other-name"}),
    ("Thank you", "I enjoyed the work on the roof, and the weather, and the long lunch we had in May.\n\nAda Obi", {"no-greeting"}),
    ("Thank you", "Dear Bob,\n\nI enjoyed the work on the roof.\n\nThe team", {"unsigned"}),
    ("Thank you", "Dear Bob,\n\nThe firm enjoyed the work on the roof.\n\nAda Obi", {"hides"}),
    ("Re: Thank you", "Dear Bob,\n\nI enjoyed the work on the roof.\n\nAda Obi", {"false-reply"}),
    ("Thank you!", "Dear Bob,\n\nI LOVED working with you! THANK YOU! What a YEAR! WONDERFUL!\n\nAda Obi", {"loud"}),
    ("Thank you", "Dear Bob,\n\n" + "I could say it in fewer words, and yet I go on. " * 25 + "\n\nAda Obi", {"too-long"}),
    ("Happy holidays", "Dear friend,\n\nFrom all of us at the firm, a prosperous new year.\n\nI am Ada Obi", {"nobody-greeted", "filler"}),
    ("Our news", "Dear Bob,\n\nI thank you. Learn more about our new services. Click here.\n\nAda Obi", {"sells"}),
    ("Thank you", "Dear Bob,\n\nI hope this email finds you well. It is our pleasure to serve you.\n\nAda Obi", {"filler"}),
    ("Thanks, team", "Dear team,\n\nKeep up the good work! I mean it.\n\nAda Obi", {"nobody-greeted", "filler"}),
    ("Thank you", "Dear Bob,\n\nI thank you for your hard work and dedication. You are a valuable member.\n\nAda Obi", {"filler"}),
    ("A favour", "Dear Bob,\n\nI thank you. Would you leave us a review, or follow us?\n\nAda Obi", {"sells"}),
    ("Merci", "Cher client,\n\nNous vous remercions de votre confiance. N'hésitez pas à nous appeler.\n\nJe suis Ada Obi", {"nobody-greeted", "filler"}),
    ("Merci", "Bonjour Bob,\n\nJe vous remercie. Profitez de notre offre spéciale : 10 % de remise.\n\nAda Obi", {"sells"}),
    ("Merci", "Bonjour,\n\nJe pense souvent au toit et aux longues journées de mai.\n\nAda Obi", {"nobody-greeted"}),
    ("Merci", "Bonjour Bob,\n\nL'équipe reste à votre disposition. Votre satisfaction est notre priorité.\n\nAda Obi", {"filler", "hides"}),
    ("Merci", "Bonjour Bob,\n\nN’hésitez pas, je suis là.\n\nAda Obi", {"filler"}),
]  # fmt: skip

#: (subject, text): nothing to find.
MEANT = [
    ("The roof", "Dear Bob,\n\nI drove past your roof in the rain yesterday and was glad that it was yours.\n\nAda Obi"),
    ("Thank you", "Bob,\n\nyou waited eleven days without a word of reproach. I noticed.\n\nAda"),
    ("Tea", "Dear Bob,\n\nThe tea arrived, and half of it is gone. My colleagues and I thank you.\n\nAda Obi"),
    ("Thank you, Bob!", "Dear Mr Stone,\n\nYou were right about the east wall, and I was not. Thank you!\n\nAda Obi"),
    ("Happy birthday", "Happy birthday, Bob!\n\nI hope somebody has baked something.\n\nAda Obi"),
    ("Le toit", "Bonjour Bob,\n\nJ'ai revu votre toit sous la pluie hier, et j'ai pensé à vous.\n\nAda Obi"),
    ("Le thé", "Cher Bob,\n\nLe thé est arrivé ; mes collègues et moi vous en remercions.\n\nAda Obi"),
    ("For staying late", "Dear Bob,\n\nNobody asked you to stay, and you stayed until the audit was done. I saw it.\n\nAda Obi"),
    ("A question", "Dear Bob,\n\nWhat should we have done differently? One line is enough. I read it myself.\n\nAda Obi"),
    ("Sorry", "Dear Bob,\n\nI am sorry about Thursday. It was my mistake, and I have put it right.\n\nAda Obi"),
    ("Your shop", "Dear Bob,\n\nI bought bread in your shop on Saturday. Your daughter served me, and she is good at it.\n\nAda"),
    ("Ten years", "Dear Bob,\n\nTen years ago you came in with a shoebox of receipts. I still tell trainees about it.\n\nAda Obi"),
]  # fmt: skip
