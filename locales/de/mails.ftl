# Mails, außer der täglichen Zusammenfassung: `mail-<satz>`.

mail-greeting = Guten Tag { $name },
mail-greeting-nobody = Guten Tag,
mail-more = … und { $count } weitere
mail-contact = Fragen zur Informationssicherheit beantwortet: { $contact }
mail-confidential = vertraulich, Einzelheiten nach Anmeldung
mail-automatic = Diese Nachricht wurde automatisch erzeugt.
mail-policy = Regelwerk:
mail-key = Kennung:

mail-single-subject-overdue =
    { $days ->
        [one] [Maßnahmen] überfällig seit { $days } Tag: { $reference }
       *[other] [Maßnahmen] überfällig seit { $days } Tagen: { $reference }
    }
mail-single-subject-soon = [Maßnahmen] fällig am { $due }: { $reference }
mail-single-subject-secret = [Maßnahmen] eine streng vertrauliche Frist
mail-single-reason = Sie erhalten diese Nachricht bei der Institution „{ $institution }“ als { $capacities } (Stufe { $code }).
mail-heading-deadline = Worum es geht
mail-heading-todo = Was jetzt zu tun ist
mail-heading-next = Wer als Nächstes davon erfährt
mail-next = Am { $day } (Stufe { $code }): { $capacities }
mail-secret = Eine streng vertrauliche Frist: bitte anmelden
mail-unowned = ohne Verantwortliche
mail-originally = ursprünglich { $due }
mail-days =
    { $days ->
        [one] seit { $days } Tag
       *[other] seit { $days } Tagen
    }
mail-capacity-owner = verantwortliche oder vertretende Person
mail-capacity-isb = Informationssicherheitsbeauftragte/r (ISB)
mail-capacity-head = Amts-/IT-Leitung
mail-capacity-management = Leitung der Institution
mail-todo-owner = Umgesetzt? Melden Sie es und beschreiben Sie, was getan wurde. Noch nicht? Tragen Sie den Stand ein, und bitten Sie mit einer Begründung um einen neuen Termin; bis er genehmigt ist, gilt der bisherige.
mail-todo-isb = Klären Sie mit den Verantwortlichen, bis wann die Sache erledigt wird und was dafür fehlt. Sie können die Frist mit einer Begründung höchstens 14 Tage ruhen lassen.
mail-todo-head = Sorgen Sie dafür, dass Zeit und Mittel da sind, oder entscheiden Sie über einen neuen Termin.
mail-todo-management = Entscheiden Sie, wie es weitergeht: Mittel bereitstellen, einen neuen Termin genehmigen oder das Risiko ausdrücklich tragen.
mail-fact-kind = Frist
mail-fact-due = Fällig am
mail-fact-was-due = Fällig war
mail-fact-overdue = Überfällig
mail-fact-due-text = Wortlaut
mail-fact-postponed = Verschoben
mail-fact-status = Status
mail-fact-owner = Verantwortlich
mail-fact-unit = Einheit
mail-link-measure = Die Maßnahme (Anmeldung erforderlich)
mail-link-done = Umgesetzt melden
mail-link-progress = Stand eintragen
mail-link-postpone = Um einen neuen Termin bitten
mail-link-docs = Anmelden und nachsehen im Browser

mail-finance-subject = [Maßnahmen] Haushalt { $month }: Alarme { $alarms }
mail-finance-reason = Sie erhalten diese Nachricht einmal im Monat, weil Sie bei der Institution „{ $institution }“ den Haushalt der Sicherheitsmaßnahmen führen (Rolle: Kämmerei).
mail-heading-alarms = Alarme
mail-heading-outflow = Mittelabfluss { $year }
mail-link-alarms = Alarme (API, Anmeldung erforderlich)
mail-link-budget = Haushalt des Jahres (API, Anmeldung erforderlich)
mail-fact-severity = Schwere
mail-fact-programme = Programm
mail-fact-line = Position
mail-fact-measure = Maßnahme
mail-fact-year = Jahr
mail-fact-authorised = Bewilligt
mail-fact-committed = Beauftragt
mail-fact-actual = Ausgegeben
mail-fact-available = Verfügbar

mail-weekly-subject = [Maßnahmen] Woche der Informationssicherheit, { $institution }: überfällig { $overdue }
mail-weekly-reason = Sie erhalten diese Nachricht einmal in der Woche, weil Sie bei der Institution „{ $institution }“ für die Informationssicherheit zuständig sind (Rolle: Informationssicherheitsbeauftragte/r, ISB).
mail-weekly-intro = Stand { $day }:
mail-heartbeat-subject = [Maßnahmen] { $institution }: alles in Ordnung
mail-heartbeat-intro = Stand { $day }: Alle Fristen wurden geprüft; nichts ist überfällig, blockiert oder ohne Verantwortliche. Bleibt diese Nachricht in einer Woche aus, läuft der Dienst nicht.
mail-heading-overdue = Überfällig
mail-heading-unowned = Ohne Verantwortliche
mail-heading-undated = Ohne Termin
mail-heading-blocked = Blockiert
mail-heading-stalled = Stagniert
mail-heading-start-missed = Beginn versäumt
mail-heading-verification = Prüfung überfällig
mail-heading-expiring = Läuft ab oder ist abgelaufen
mail-heading-review = Wiedervorlagen und veraltete Prüfungen
mail-heading-undecided = Vorschläge ohne Entscheidung
mail-heading-postponements = Verschiebungen der Woche
mail-heading-undelivered = Nicht zugestellte Nachrichten
mail-link-deadlines = Überfällige Fristen (API, Anmeldung erforderlich)
mail-fact-since = Seit
mail-fact-from = Bisher
mail-fact-to = Künftig
mail-fact-asked = Beantragt
mail-fact-state = Stand
mail-fact-reply = Antwort

mail-decision-subject = [Maßnahmen] Verschiebung { $verdict }: { $reference }
mail-decision-subject-secret = [Maßnahmen] Verschiebung { $verdict }: eine streng vertrauliche Maßnahme
mail-decision-reason-asked = Sie erhalten diese Nachricht, weil Sie bei der Institution „{ $institution }“ um einen neuen Termin gebeten haben.
mail-decision-reason-isb = Sie erhalten diese Nachricht, weil bei der Institution „{ $institution }“ über Ihnen über einen neuen Termin entschieden wurde (Rolle: Informationssicherheitsbeauftragte/r, ISB).
mail-heading-decision = Worüber entschieden wurde
mail-heading-holds = Was jetzt gilt
mail-decision-approved = Neuer Termin ist der { $due }; der erste bleibt im Verlauf stehen.
mail-decision-refused = Es bleibt beim { $due }.
mail-fact-decided-by = Entschieden von
mail-fact-tier = Ebene

mail-alarm-subject = [Maßnahmen] Alarm { $code }: { $what }
mail-alarm-many = { $count } weitere
mail-alarm-reason = Sie erhalten diese Nachricht, weil Sie bei der Institution „{ $institution }“ den Haushalt der Sicherheitsmaßnahmen führen (Rolle: Kämmerei). Jeder Alarm wird einmal gemeldet; danach steht er in der monatlichen Übersicht.
mail-todo-alarm = Decken Sie den Mehrbedarf, beantragen Sie über- oder außerplanmäßige Mittel, oder berichtigen Sie die Buchung; prüfen Sie, ob dem Gemeinderat zu berichten ist (§ 28 GemHVO).
