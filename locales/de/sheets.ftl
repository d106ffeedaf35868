# Fehler in einer Tabelle (CSV, XLSX); die Zelle nennt die Angabe daneben.
# `.short` und `.plain` gelten, wenn Angaben fehlen, die der volle Satz braucht.

sheet-unreadable = Die Datei kann nicht gelesen werden: { $value }
    .plain = Die Datei kann nicht gelesen werden
sheet-no_rows = Die Datei enthält keine Zeilen
sheet-utf16 = Die Datei ist in UTF-16 gespeichert; bitte als „CSV UTF-8“ speichern
sheet-not_utf8 = Die Zelle enthält Zeichen, die nicht in UTF-8 gespeichert sind; bitte die Datei als „CSV UTF-8“ speichern
sheet-unclosed_quote = Hier beginnt ein Anführungszeichen, das nie geschlossen wird
sheet-text_after_quote = Nach dem schließenden Anführungszeichen steht noch etwas vor dem nächsten Trennzeichen
sheet-too_many_rows = Höchstens { $max } Zeilen sind erlaubt
    .plain = Die Datei hat zu viele Zeilen
sheet-too_many_columns = Höchstens { $max } Spalten sind erlaubt
    .plain = Die Zeile hat zu viele Spalten
sheet-cell_too_large = Höchstens { $max } Byte je Zelle sind erlaubt
    .plain = Die Zelle ist zu groß
sheet-unknown_heading = Die Spalte „{ $value }“ ist nicht bekannt; bekannt sind: { $known }
    .short = Die Spalte „{ $value }“ ist nicht bekannt
    .plain = Diese Spalte ist nicht bekannt
sheet-duplicate_heading = Die Spalte „{ $value }“ gibt es schon in Spalte { $first }
    .short = Die Spalte „{ $value }“ gibt es schon
    .plain = Diese Spalte gibt es schon
sheet-missing_heading = Mindestens eine dieser Spalten wird gebraucht: { $known }
    .plain = Eine Spalte fehlt
sheet-no_heading = Die Zelle ist gefüllt, aber ihre Spalte hat keine Überschrift
sheet-required = Diese Angabe fehlt
sheet-too_long = Höchstens { $max } Zeichen sind erlaubt
    .plain = Der Text ist zu lang
sheet-control_characters = Steuerzeichen sind nicht erlaubt
sheet-not_a_day = „{ $value }“ ist kein Datum; erwartet wird zum Beispiel 31.12.2026
    .plain = Das ist kein Datum
sheet-not_a_period = „{ $value }“ ist weder Datum noch Zeitraum; erwartet wird zum Beispiel 31.12.2026, 12/2026, Q2 2026 oder 2026
    .plain = Das ist weder Datum noch Zeitraum
sheet-no_such_day = „{ $value }“ gibt es im Kalender nicht
    .plain = Dieses Datum gibt es im Kalender nicht
sheet-not_a_number = „{ $value }“ ist keine Zahl
    .plain = Das ist keine Zahl
sheet-too_many_decimals =
    { $max ->
        [0] „{ $value }“ ist keine ganze Zahl
        [one] „{ $value }“ hat mehr als { $max } Nachkommastelle
       *[other] „{ $value }“ hat mehr als { $max } Nachkommastellen
    }
    .plain = Die Zahl hat zu viele Nachkommastellen
sheet-too_large = „{ $value }“ ist zu groß
    .plain = Die Zahl ist zu groß
sheet-out_of_range = Erlaubt ist { $min } bis { $max }
    .plain = Der Wert liegt außerhalb des erlaubten Bereichs
sheet-not_yes_or_no = „{ $value }“ ist weder ja noch nein
    .plain = Das ist weder ja noch nein
sheet-unknown_word = „{ $value }“ ist hier nicht zulässig; zulässig: { $known }
    .short = „{ $value }“ ist hier nicht zulässig
    .plain = Dieses Wort ist hier nicht zulässig
sheet-not_of_record = „{ $value }“ steht in einer Spalte, die Zeilen der Satzart „{ $record }“ nicht haben
    .plain = Diese Spalte haben Zeilen dieser Satzart nicht
sheet-unknown_row = „{ $value }“ steht in keiner Zeile dieser Datei
    .plain = Das steht in keiner Zeile dieser Datei
sheet-missing_record = Es fehlt eine Zeile der Satzart „{ $record }“
    .plain = Es fehlt eine Zeile
sheet-second_record = Zeilen der Satzart „{ $record }“ gibt es nur einmal
    .plain = Eine solche Zeile gibt es nur einmal
sheet-too_many_entries = Höchstens { $max } Einträge sind erlaubt
    .plain = Das sind zu viele Einträge
sheet-other_precision = Der Termin nennt die Genauigkeit „{ $given }“, diese Zelle „{ $precision }“
    .plain = Die Genauigkeit passt nicht zum Termin
sheet-not_period_end =
    { $precision ->
        [month] Das Datum muss der letzte Tag des Monats sein
        [quarter] Das Datum muss der letzte Tag des Quartals sein
        [half] Das Datum muss der letzte Tag des Halbjahres sein
        [year] Das Datum muss der letzte Tag des Jahres sein
        [season] Das Datum muss der letzte Tag der Jahreszeit sein
       *[other] Das Datum muss der letzte Tag des Zeitraums sein
    }
    .plain = Das Datum muss der letzte Tag des Zeitraums sein
sheet-precision_without_due = Eine Genauigkeit ist angegeben, aber kein Termin
sheet-text_without_due = Ein Termin laut Quelle ist angegeben, aber kein Termin
sheet-duplicate_row = Diese Maßnahme steht schon in Zeile { $first }
    .plain = Diese Maßnahme steht schon weiter oben
sheet-stale_version = Inzwischen geändert: Die Datei stammt aus Version { $value }, die Maßnahme steht in Version { $current }
    .plain = Inzwischen geändert: Die Datei stammt aus einer älteren Version
sheet-steps_only = Der Status ändert sich nur durch einzelne Schritte, nicht durch eine Tabelle
sheet-not_proposed = Eine neue Maßnahme ist „vorgeschlagen“; alles Weitere sind einzelne Schritte
sheet-read_only = Diese Angabe folgt aus den Schritten der Maßnahme und kann hier nicht geändert werden
sheet-not_permitted = Ihre Rollen erlauben Ihnen nicht, was diese Zeile ändert

# Buchungen der Finanzsoftware
sheet-zero = Null wird nicht gebucht
sheet-unknown_line = Die Haushaltszeile „{ $value }“ gibt es nicht
    .plain = Diese Haushaltszeile gibt es nicht
sheet-ambiguous_line = Mehrere Haushaltszeilen heißen „{ $value }“: { $known }; bitte das Programm angeben
    .plain = Mehrere Haushaltszeilen heißen so; bitte das Programm angeben
sheet-unknown_account = Zum Konto „{ $value }“ gibt es weder eine Zuordnungsregel noch eine Haushaltszeile
    .plain = Zu diesem Konto gibt es weder eine Zuordnungsregel noch eine Haushaltszeile
sheet-ambiguous_account = Das Konto „{ $value }“ passt zu mehreren Haushaltszeilen: { $known }; eine Zuordnungsregel entscheidet
    .plain = Dieses Konto passt zu mehreren Haushaltszeilen; eine Zuordnungsregel entscheidet
sheet-duplicate_posting = Diese Buchung steht schon in Zeile { $first }
    .plain = Diese Buchung steht schon weiter oben
sheet-posting_differs = Diese Buchung wurde schon gemeldet, und zwar mit „{ $was }“; eine Berichtigung hat eine eigene Buchungsnummer
    .plain = Diese Buchung wurde schon mit anderem Inhalt gemeldet; eine Berichtigung hat eine eigene Buchungsnummer
sheet-refused = Diese Zeile lässt sich nicht buchen; warum, steht in `detail`
