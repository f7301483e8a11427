package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const personColumns = "p.id, p.name, p.kind, p.gender, p.email, p.phone_mask, p.id_mask, p.version"

func personTargets(p *Person) []any {
	return []any{&p.ID, &p.Name, &p.Kind, &p.Gender, &p.Email, &p.PhoneMask, &p.IDMask, &p.Version}
}

func scanPerson(row db.Scanner) (Person, error) {
	var p Person
	err := row.Scan(personTargets(&p)...)
	return p, err
}

func onePerson(ctx context.Context, q db.Q, project, person id.ID) (Person, error) {
	p, err := scanPerson(q.QueryRow(ctx, "SELECT "+personColumns+" FROM estate_person p WHERE p.project_id = ? AND p.id = ?", project, person))
	return found(p, err, "read person", fault.ErrNotFound)
}

// occupants reads who is what to a room, or what a person is to rooms; with
// current only what lasts.
func occupants(ctx context.Context, q db.Q, project, room, person id.ID, current bool) ([]Occupant, error) {
	where, args := "o.project_id = ?", []any{project}
	if room != 0 {
		where, args = where+" AND o.room_id = ?", append(args, room)
	}
	if person != 0 {
		where, args = where+" AND o.person_id = ?", append(args, person)
	}
	if current {
		where += " AND o.until = 0"
	}
	rows, err := q.Query(ctx, `SELECT o.id, o.room_id, r.label, o.part, o.since, o.until, o.payer, o.share, `+personColumns+`
		FROM estate_occupant o
		JOIN estate_person p ON p.project_id = o.project_id AND p.id = o.person_id
		JOIN estate_room r ON r.project_id = o.project_id AND r.id = o.room_id
		WHERE `+where+` ORDER BY r.sort_key, CASE WHEN o.until = 0 THEN 0 ELSE 1 END,
		CASE o.part WHEN 'owner' THEN 0 WHEN 'tenant' THEN 1 WHEN 'family' THEN 2 ELSE 3 END, o.id`, args...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Occupant, error) {
		var o Occupant
		var payer int
		err := row.Scan(append([]any{&o.ID, &o.Room, &o.RoomLabel, &o.Part, &o.Since, &o.Until, &payer, &o.Share}, personTargets(&o.Person)...)...)
		o.Payer = payer == 1
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("read occupants: %w", err)
	}
	return out, nil
}
