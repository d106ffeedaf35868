# Fehler an einer Stelle der Eingabe; die Stelle selbst nennt der Zeiger daneben.
# `.short` und `.plain` gelten, wenn Angaben fehlen, die der volle Satz braucht.

fault-required = Diese Angabe fehlt
fault-too_long = Höchstens { $max } Zeichen sind erlaubt
    .plain = Der Text ist zu lang
fault-too_many = Mehr als { $max } sind nicht möglich
    .plain = Das sind zu viele
fault-too_short = Mindestens { $min } Zeichen sind nötig
    .plain = Der Text ist zu kurz
fault-control_characters = Steuerzeichen sind nicht erlaubt
fault-not_an_address = Das ist keine zustellbare E-Mail-Adresse
fault-not_a_url = Das ist keine Adresse, die aufgerufen werden kann: `https://`, ohne Benutzer, Passwort und Fragment
fault-private_target = `{ $value }` ist keine öffentliche Adresse und in den Einstellungen nicht erlaubt (`webhooks.allow`)
    .plain = Diese Adresse ist nicht öffentlich und in den Einstellungen nicht erlaubt (`webhooks.allow`)
fault-out_of_range = Erlaubt ist { $min } bis { $max }
    .plain = Der Wert liegt außerhalb des erlaubten Bereichs
fault-unknown_word = `{ $value }` ist hier nicht zulässig; zulässig: { $known_words }
    .short = `{ $value }` ist hier nicht zulässig
    .plain = Dieses Wort ist hier nicht zulässig
fault-unknown_field = `{ $value }` ist hier nicht vorgesehen
    .plain = Diese Angabe ist hier nicht vorgesehen
fault-wrong_type = Typ oder Form passt nicht: { $value }
    .plain = Typ oder Form passt nicht
fault-unknown_reference = `{ $value }` gibt es nicht
    .plain = Das Genannte gibt es nicht
fault-withdrawn = Die Anforderung `{ $value }` ist entfallen
    .plain = Diese Anforderung ist entfallen
fault-duplicate = `{ $value }` ist doppelt vorhanden
    .plain = Diese Angabe ist doppelt vorhanden
fault-not_period_end =
    { $precision ->
        [month] Das Datum muss der letzte Tag des Monats sein
        [quarter] Das Datum muss der letzte Tag des Quartals sein
        [half] Das Datum muss der letzte Tag des Halbjahres sein
        [year] Das Datum muss der letzte Tag des Jahres sein
        [season] Das Datum muss der letzte Tag der Jahreszeit sein
       *[other] Das Datum muss der letzte Tag des Zeitraums sein
    }
    .plain = Das Datum muss der letzte Tag des Zeitraums sein
fault-inconsistent = Die Angabe passt nicht zu den übrigen
fault-unreadable = Die Datei kann nicht gelesen werden: { $value }
    .plain = Die Datei kann nicht gelesen werden
fault-schema = Verstößt gegen das Schema: { $value }
    .plain = Verstößt gegen das Schema
fault-ceiling_exceeded = { $over } Cent über der Obergrenze von { $ceiling } Cent
    .plain = Die Obergrenze wird überschritten
fault-not_assignable = `{ $value }` kann diese Aufgabe nicht übernehmen
    .plain = Diese Person kann die Aufgabe nicht übernehmen
fault-fixed = Diese Angabe lässt sich im jetzigen Status nicht ändern
fault-cycle = Die Maßnahmen würden einander voraussetzen: { $value }
    .plain = Die Maßnahmen würden einander voraussetzen
fault-not_carried = `{ $value }` steht in keinem Teil
    .plain = Das Genannte steht in keinem Teil
fault-not_addressed = Auf die elementare Gefährdung `{ $value }` geht die Angabe nicht ein
    .plain = Auf eine elementare Gefährdung geht die Angabe nicht ein
fault-outdated = `{ $value }` wurde inzwischen geändert; lesen Sie sie neu
    .plain = Die Maßnahme wurde inzwischen geändert; lesen Sie sie neu
fault-not_adopted = Der Beschluss ist nicht gefasst; er ist offen oder wurde abgelehnt
fault-over_allocated = Zusammen wären das { $value } Basispunkte; die ganze Zeile hat 10000
    .plain = Zusammen wäre das mehr als die ganze Zeile
