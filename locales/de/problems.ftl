# Probleme (problem+json): `problem-<code>` ist der Titel, `problem-<code>-detail` der Satz dazu.
# `.short` und `.plain` gelten, wenn Angaben fehlen, die der volle Satz braucht.
# Zu jeder Angabe `$x` aus Wörtern des Systems gibt es `$x_label` (deutsch) und `$x_words` (in Backticks).

problem-malformed = Unlesbare Anfrage
problem-malformed-detail = Die Anfrage kann nicht gelesen werden; `errors` nennt die fehlerhaften Stellen

problem-invalid = Ungültige Angaben
problem-invalid-detail = Die Angaben verletzen eine Regel; `errors` nennt die fehlerhaften Stellen

problem-unauthenticated = Anmeldung erforderlich
problem-unauthenticated-detail = Bitte melden Sie sich an; ein gültiges Zugriffstoken fehlt

problem-bad_credentials = Anmeldung fehlgeschlagen
problem-bad_credentials-detail = E-Mail-Adresse oder Passwort sind falsch

problem-account_disabled = Konto deaktiviert
problem-account_disabled-detail = Dieses Konto ist deaktiviert; bitte wenden Sie sich an Ihre Administration

problem-account_locked = Konto vorübergehend gesperrt
problem-account_locked-detail =
    { $minutes ->
        [one] Nach zu vielen Fehlversuchen ist dieses Konto gesperrt; versuchen Sie es in { $minutes } Minute erneut
       *[other] Nach zu vielen Fehlversuchen ist dieses Konto gesperrt; versuchen Sie es in { $minutes } Minuten erneut
    }
    .plain = Nach zu vielen Fehlversuchen ist dieses Konto gesperrt; versuchen Sie es später erneut

problem-rate_limited = Zu viele Anfragen
problem-rate_limited-detail = Von Ihrer Adresse kommen zu viele Anfragen; versuchen Sie es später erneut

problem-token_expired = Zugriffstoken abgelaufen
problem-token_expired-detail = Das Zugriffstoken ist abgelaufen; erneuern Sie es oder melden Sie sich neu an

problem-session_ended = Sitzung beendet
problem-session_ended-detail = Ihre Sitzung ist beendet; bitte melden Sie sich neu an

problem-refresh_reused = Erneuerungstoken bereits benutzt
problem-refresh_reused-detail = Das Erneuerungstoken wurde schon einmal benutzt; zu Ihrem Schutz ist die Sitzung beendet, bitte melden Sie sich neu an

problem-forbidden = Keine Berechtigung
problem-forbidden-detail = Ihre Rollen erlauben Ihnen hier nicht: { $action_label } ({ $action_words })
    .plain = Ihre Rollen erlauben Ihnen diese Aktion hier nicht

problem-not_found = Nicht gefunden
problem-not_found-detail = Das Gesuchte gibt es nicht, oder Sie dürfen es nicht sehen

problem-method_not_allowed = Methode nicht erlaubt
problem-method_not_allowed-detail = Diese HTTP-Methode ist für diesen Pfad nicht vorgesehen

problem-precondition_required = Vorbedingung fehlt
problem-precondition_required-detail = Senden Sie in `If-Match` den ETag des Standes, den Sie ändern wollen

problem-stale = Veralteter Stand
problem-stale-detail = Der Datensatz wurde inzwischen geändert; lesen Sie ihn neu, der aktuelle ETag ist `{ $current }`
    .plain = Der Datensatz wurde inzwischen geändert; lesen Sie ihn neu

problem-illegal_transition = Unzulässiger Statuswechsel
problem-illegal_transition-detail = Von „{ $from_label }“ führt kein Schritt zu „{ $to_label }“; möglich sind: { $allowed_label } ({ $allowed_words })
    .short = Von „{ $from_label }“ führt kein Schritt zu „{ $to_label }“
    .plain = Der Status lässt diesen Schritt nicht zu

problem-transition_incomplete = Unvollständige Angaben für den Statuswechsel
problem-transition_incomplete-detail = Für den Schritt zu „{ $to_label }“ fehlt noch: { $missing_label } ({ $missing_words })
    .short = Für den Schritt zu „{ $to_label }“ fehlen noch Angaben
    .plain = Für diesen Schritt fehlen noch Angaben

problem-consolidation_over = Maßnahme bereits abgeschlossen
problem-consolidation_over-detail = { $reference } ist „{ $from_label }“ und lässt sich weder zusammenlegen noch ersetzen oder aufteilen
    .plain = Die Maßnahme lässt sich in ihrem Status weder zusammenlegen noch ersetzen oder aufteilen

problem-no_successor = Maßnahme kann nichts übernehmen
problem-no_successor-detail = { $reference } ist „{ $from_label }“; übernehmen kann nur, was vorgeschlagen, genehmigt, in Umsetzung oder blockiert ist
    .plain = Übernehmen kann nur, was vorgeschlagen, genehmigt, in Umsetzung oder blockiert ist

problem-successor_not_running = Nachfolgerin ist nicht genehmigt
problem-successor_not_running-detail = { $reference } läuft, { $successor } aber ist „{ $from_label }“; eine laufende Maßnahme geht nur in eine laufende ein
    .plain = Eine laufende Maßnahme geht nur in eine laufende ein

problem-successor_due_later = Nachfolgerin ist später fällig
problem-successor_due_later-detail = { $reference } ist verbindlich am { $due } fällig, { $successor } später oder nie; ein Termin ändert sich nur durch eine Verschiebung
    .plain = Ein verbindlicher Termin ändert sich nur durch eine Verschiebung
problem-postponement_pending = Antrag wartet bereits
problem-postponement_pending-detail = Für diese Maßnahme wartet schon ein Antrag auf Verschiebung; er muss erst entschieden oder zurückgezogen werden

problem-postponement_closed = Antrag bereits abgeschlossen
problem-postponement_closed-detail = Über diesen Antrag ist schon entschieden, oder er wurde zurückgezogen

problem-postponement_not_running = Kein laufender Termin
problem-postponement_not_running-detail = Im Status „{ $status_label }“ bindet kein Termin; verschieben lassen sich nur genehmigte, laufende und blockierte Maßnahmen
    .plain = Verschieben lassen sich nur genehmigte, laufende und blockierte Maßnahmen

problem-postponement_undated = Kein Termin vorhanden
problem-postponement_undated-detail = Die Maßnahme hat keinen Termin; er wird gesetzt und nicht verschoben

problem-postponement_fixed = Termin von außen festgelegt
problem-postponement_fixed-detail =
    { $fixed_by ->
        [law] Ein Gesetz legt den Termin fest; er lässt sich hier nicht verschieben, die Abweichung ist zu melden
       *[other] Ein Beschluss des Gremiums legt den Termin fest; er lässt sich hier nicht verschieben, die Abweichung ist dort zu melden
    }
    .plain = Der Termin ist von außen festgelegt und lässt sich hier nicht verschieben

problem-postponement_overtaken = Antrag überholt
problem-postponement_overtaken-detail = Seit dem Antrag gilt ein anderer Termin; der Antrag kann nur noch abgelehnt oder zurückgezogen und neu gestellt werden

problem-not_a_reason_to_dispense = Kein Grund für „entbehrlich“
problem-not_a_reason_to_dispense-detail =
    { $level ->
        [basic] Kosten, fehlendes Personal oder kurze Restlaufzeit machen keine Anforderung entbehrlich; die Begründung nennt { $found_words } ({ $grounds_label }); erfassen Sie `status` `no`, eine Maßnahme gehört dazu, denn das Risiko einer Basis-Anforderung lässt sich nicht tragen
       *[other] Kosten, fehlendes Personal oder kurze Restlaufzeit machen keine Anforderung entbehrlich; die Begründung nennt { $found_words } ({ $grounds_label }); erfassen Sie `status` `no` mit `risk_review` (bei Restlaufzeit `remaining_life` mit `until`), damit das Risiko geprüft wird
    }
    .plain = Kosten, fehlendes Personal oder kurze Restlaufzeit machen keine Anforderung entbehrlich; erfassen Sie `status` `no`, wenn sie nicht Basis ist, mit `risk_review`

problem-elevated_out_of_scope = Anforderung bei erhöhtem Schutzbedarf
problem-elevated_out_of_scope-detail = Eine Anforderung bei erhöhtem Schutzbedarf gilt erst, wenn eine Risikoanalyse sie übernimmt; bis dahin ist sie nicht entbehrlich, sondern nicht zu prüfen

problem-deadline_derived = Termin folgt aus anderem
problem-deadline_derived-detail = Der Termin folgt aus der Maßnahme, der Prüfung, dem Nachweis, der Stelle oder dem Beschluss, zu dem er gehört; geändert oder erfüllt wird er dort
problem-deadline_met = Termin bereits erfüllt
problem-deadline_met-detail = Dieser Termin wurde schon als erfüllt gemeldet
problem-nothing_to_approve = Nichts zu genehmigen
problem-nothing_to_approve-detail = Genehmigt wird nur eine Basis-Anforderung, die entbehrlich sein soll, und jede Begründung einmal

problem-ceiling_exceeded = Obergrenze überschritten
problem-ceiling_exceeded-detail = Die Buchung liegt { $over_cents } Cent über der Obergrenze von { $ceiling_cents } Cent für { $years }
    .short = Die Buchung liegt { $over_cents } Cent über der Obergrenze
    .plain = Die Buchung liegt über der Obergrenze

problem-commitment_without_authority = Verpflichtungsermächtigung fehlt
problem-commitment_without_authority-detail = Für { $year } fehlen { $short_cents } Cent an freier Verpflichtungsermächtigung (Haushaltszeile `{ $line }`)
    .short = Für { $year } fehlen { $short_cents } Cent an freier Verpflichtungsermächtigung
    .plain = Für das spätere Jahr fehlt freie Verpflichtungsermächtigung

problem-authority_not_investive = Keine Investition
problem-authority_not_investive-detail = Verpflichtungsermächtigungen und Aufträge zulasten späterer Jahre gibt es nur für Investitionen; `{ $line }` ist keine
    .plain = Verpflichtungsermächtigungen und Aufträge zulasten späterer Jahre gibt es nur für Investitionen

problem-blocked_funds = Mittel gesperrt
problem-blocked_funds-detail = Die Buchung würde { $over_cents } Cent der gesperrten Mittel von `{ $line }` im Jahr { $year } verbrauchen
    .short = Die Buchung würde { $over_cents } Cent gesperrter Mittel verbrauchen
    .plain = Die Buchung würde gesperrte Mittel verbrauchen

problem-cross_kind_transfer = Deckung nicht zulässig
problem-cross_kind_transfer-detail = `{ $giver }` darf `{ $receiver }` nicht decken: investive Mittel decken keine konsumtiven, umgekehrt braucht es einen Deckungsvermerk
    .plain = Investive Mittel decken keine konsumtiven, umgekehrt braucht es einen Deckungsvermerk

problem-outside_cover_group = Anderer Deckungskreis
problem-outside_cover_group-detail = `{ $giver }` und `{ $receiver }` gehören nicht zum selben Deckungskreis
    .plain = Die Haushaltszeilen gehören nicht zum selben Deckungskreis

problem-interim_reason_required = Vorläufige Haushaltsführung
problem-interim_reason_required-detail = Der Haushalt { $year } ist vorläufig; ein neuer Auftrag auf `{ $line }` braucht in `interim_reason` einen Grund: rechtlich verpflichtet (`legally_obliged`), unaufschiebbar (`cannot_be_postponed`) oder Fortsetzung (`continuation`)
    .plain = Der Haushalt ist vorläufig; ein neuer Auftrag braucht in `interim_reason` einen Grund: rechtlich verpflichtet, unaufschiebbar oder Fortsetzung

problem-not_transferable = Nicht übertragbar
problem-not_transferable-detail = Was von `{ $line }` übrig ist, verfällt am Jahresende: konsumtive Mittel sind nur übertragbar, wenn sie dazu erklärt wurden
    .plain = Konsumtive Mittel sind nur übertragbar, wenn sie dazu erklärt wurden

problem-entry_closed = Buchung bereits abgeschlossen
problem-entry_closed-detail = Diese Buchung ist schon storniert oder vervollständigt, oder sie ist selbst ein Storno

problem-not_a_draft = Kein Entwurf
problem-not_a_draft-detail = Nur ein Entwurf lässt sich vervollständigen; diese Buchung gilt bereits

problem-posting_booked = Schon gebucht
problem-posting_booked-detail = Diese Buchung der Finanzsoftware hat schon eine Haushaltszeile

problem-control_mismatch = Kontrollsumme stimmt nicht
problem-control_mismatch-detail = Die Datei enthält { $file_rows } Zeilen über zusammen { $file_cents } Cent; angekündigt sind { $stated_rows } Zeilen über { $stated_cents } Cent
    .plain = Die Datei enthält nicht, was angekündigt ist

problem-sum_out_of_range = Summe zu groß
problem-sum_out_of_range-detail = Eine Summe von Beträgen übersteigt, was sich genau rechnen lässt; prüfen Sie die Buchungen

problem-notification_not_failed = Mail wurde nicht aufgegeben
problem-notification_not_failed-detail = Erneut gesendet wird nur, was aufgegeben wurde; diese Mail ist „{ $state }“
    .plain = Erneut gesendet wird nur, was aufgegeben wurde

problem-delivery_pending = Aufruf steht noch aus
problem-delivery_pending-detail = Dieser Aufruf wird noch versucht; erneut aufgerufen wird nur, was beendet ist

problem-webhook_off = Webhook ist abgeschaltet
problem-webhook_off-detail = Der Webhook ist abgeschaltet; schalten Sie ihn zuerst ein (`active`)

problem-programme_exists = Maßnahmenpaket bereits vorhanden
problem-programme_exists-detail = Ein Maßnahmenpaket mit dem Schlüssel `{ $key }` ist bereits vorhanden
    .plain = Ein Maßnahmenpaket mit diesem Schlüssel ist bereits vorhanden

problem-already_exists = Bereits vorhanden
problem-already_exists-detail = Ein Eintrag mit diesem Schlüssel ist bereits vorhanden

problem-idempotency_key_reused = Idempotenzschlüssel bereits benutzt
problem-idempotency_key_reused-detail = Der `Idempotency-Key` gehört schon zu einer anderen Anfrage; verwenden Sie einen neuen

problem-too_large = Zu großer Inhalt
problem-too_large-detail = Der Inhalt der Anfrage ist größer als { $limit } Byte
    .plain = Der Inhalt der Anfrage ist größer als erlaubt

problem-unsupported_media_type = Nicht unterstütztes Format
problem-unsupported_media_type-detail = Senden Sie den Inhalt als JSON mit `Content-Type: application/json`

problem-request_timeout = Zeitüberschreitung
problem-request_timeout-detail = Die Anfrage ist nicht rechtzeitig vollständig angekommen

problem-unavailable = Vorübergehend nicht verfügbar
problem-unavailable-detail = Der Dienst kann die Anfrage gerade nicht bearbeiten; versuchen Sie es in Kürze erneut

problem-internal = Interner Fehler
problem-internal-detail = Im Dienst ist ein Fehler aufgetreten; nennen Sie Ihrer Administration die Kennung dieser Anfrage
