# Warum eine Maßnahme in der Reihenfolge dort steht, wo sie steht: `order-<regel>`; der Vergleich gilt der Nachbarin.

order-only = An dieser Stelle kommt nur diese Maßnahme in Frage
order-dependency = Braucht { $waits_for } und kommt deshalb danach
    .plain = Braucht eine Maßnahme der Schicht davor
order-manual = Von Hand eingeordnet ({ $value }): { $place_reason }
    .plain = Nach den Regeln eingeordnet; { $neighbour } steht von Hand an seinem Platz ({ $neighbour_value })
order-level = Stärkste offene Stufe: { $value }; bei { $neighbour }: { $neighbour_value }
order-module_order = Reihenfolge des Bausteins: { $value }; bei { $neighbour }: { $neighbour_value }
order-protection_need = Höchster Schutzbedarf der Zielobjekte: { $value }; bei { $neighbour }: { $neighbour_value }
order-target_objects = Zahl der Zielobjekte: { $value }; bei { $neighbour }: { $neighbour_value }
order-gap_density = Offene Anforderungen des Bausteins: { $value }; bei { $neighbour }: { $neighbour_value }
order-cost_once = Einmalige Kosten in Cent: { $value }; bei { $neighbour }: { $neighbour_value }
order-due = Termin: { $value }; bei { $neighbour }: { $neighbour_value }
order-reference = In allem anderen gleich; die Nummern entscheiden: { $value } und { $neighbour }

order-unknown = nicht bekannt
order-place-first = am Anfang, { $number }
order-place-last = am Ende, { $number }

order-due_too_early = { $measure } ist am { $due } fällig, { $requires } aber, die dafür gebraucht wird, erst am { $required_due }

protection-need-normal = normal
protection-need-high = hoch
protection-need-very_high = sehr hoch
