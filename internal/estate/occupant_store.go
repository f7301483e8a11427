package estate

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

const occupantQuery = `SELECT o.id, o.room_id, r.building_id, r.label, o.part, o.since, o.until, o.payer, o.share, ` + personColumns + `
	FROM estate_occupant o
	JOIN estate_person p ON p.project_id = o.project_id AND p.id = o.person_id
	JOIN estate_room r ON r.project_id = o.project_id AND r.id = o.room_id
	WHERE o.project_id = ?`

func scanOccupant(row db.Scanner) (Occupant, error) {
	var o Occupant
	var payer int
	err := row.Scan(append([]any{&o.ID, &o.Room, &o.building, &o.RoomLabel, &o.Part, &o.Since, &o.Until, &payer, &o.Share}, personTargets(&o.Person)...)...)
	o.Payer = payer == 1
	return o, err
}

func occupants(ctx context.Context, q db.Q, project, room, person id.ID, current bool) ([]Occupant, error) {
	query, args := occupantQuery, []any{project}
	if room != 0 {
		query, args = query+" AND o.room_id = ?", append(args, room)
	}
	if person != 0 {
		query, args = query+" AND o.person_id = ?", append(args, person)
	}
	if current {
		query += " AND o.until = 0"
	}
	rows, err := q.Query(ctx, query+` ORDER BY CASE WHEN o.until = 0 THEN 0 ELSE 1 END, r.sort_key,
		CASE o.part WHEN 'owner' THEN 0 WHEN 'tenant' THEN 1 WHEN 'family' THEN 2 ELSE 3 END, o.id`, args...)
	out, err := db.Collect(rows, err, scanOccupant)
	if err != nil {
		return nil, fmt.Errorf("read occupants: %w", err)
	}
	return out, nil
}

// occupantsOf reads what lasts, of many rooms or many people; column is
// room_id or person_id.
func occupantsOf(ctx context.Context, q db.Q, project id.ID, column string, ids []id.ID) ([]Occupant, error) {
	return db.OfIDs(ctx, q, occupantQuery+" AND o.until = 0 AND o."+column+" IN (", project, ids, `) ORDER BY r.sort_key,
		CASE o.part WHEN 'owner' THEN 0 WHEN 'tenant' THEN 1 WHEN 'family' THEN 2 ELSE 3 END, o.id`, scanOccupant)
}

func idArgs(project id.ID, ids []id.ID) []any {
	args := make([]any, 0, len(ids)+1)
	args = append(args, project)
	for _, v := range ids {
		args = append(args, v)
	}
	return args
}

func oneOccupant(ctx context.Context, q db.Q, project, occupant id.ID) (Occupant, error) {
	o, err := scanOccupant(q.QueryRow(ctx, occupantQuery+" AND o.id = ?", project, occupant))
	return found(o, err, "read occupant", fault.ErrNotFound)
}

func lockRoom(ctx context.Context, tx *db.Tx, project, room id.ID) error {
	return tx.Lock(ctx, "SELECT id FROM estate_room WHERE project_id = ? AND id = ?", project, room)
}

func insertOccupant(ctx context.Context, tx *db.Tx, project id.ID, o *Occupant) error {
	_, err := tx.Exec(ctx, `INSERT INTO estate_occupant (project_id, id, room_id, person_id, part, since, until, payer, share, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, project, o.ID, o.Room, o.Person.ID, o.Part, o.Since, o.Until, o.Payer, o.Share, tx.Now())
	if db.IsUnique(err) {
		return ErrOccupant.Say("%s 已登记为 %s 的%s", o.Person.Name, o.RoomLabel, Parts().Chinese(o.Part))
	}
	if err != nil {
		return fmt.Errorf("insert occupant: %w", err)
	}
	return nil
}

func copyOccupants(ctx context.Context, tx *db.Tx, project id.ID, list []Occupant) error {
	now := tx.Now().UnixMicro()
	return tx.Copy(ctx, "estate_occupant", []string{"project_id", "id", "room_id", "person_id", "part", "since", "until", "payer", "share", "created_at"},
		len(list), func(i int, dst []any) error {
			o := &list[i]
			payer := int64(0)
			if o.Payer {
				payer = 1
			}
			copy(dst, []any{int64(project), int64(o.ID), int64(o.Room), int64(o.Person.ID), o.Part, int64(o.Since), int64(o.Until), payer, int64(o.Share), now})
			return nil
		})
}

func updateOccupant(ctx context.Context, tx *db.Tx, project id.ID, o *Occupant) error {
	_, err := tx.Exec(ctx, "UPDATE estate_occupant SET since = ?, until = ?, payer = ?, share = ? WHERE project_id = ? AND id = ?",
		o.Since, o.Until, o.Payer, o.Share, project, o.ID)
	if err != nil {
		return fmt.Errorf("update occupant: %w", err)
	}
	return nil
}

func clearPayers(ctx context.Context, tx *db.Tx, project, room, except id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE estate_occupant SET payer = 0 WHERE project_id = ? AND room_id = ? AND id <> ? AND until = 0 AND payer = 1", project, room, except)
	if err != nil {
		return fmt.Errorf("clear payer: %w", err)
	}
	return nil
}

func shares(ctx context.Context, q db.Q, project, room id.ID) (int, error) {
	var total int
	err := q.QueryRow(ctx, "SELECT CAST(COALESCE(SUM(share), 0) AS BIGINT) FROM estate_occupant WHERE project_id = ? AND room_id = ? AND until = 0", project, room).Scan(&total)
	if err != nil {
		return 0, fmt.Errorf("add shares: %w", err)
	}
	return total, nil
}

// refreshRooms writes who pays and how many live there into the rooms: the
// payer occupant, else the owner with the largest share, else the first owner.
func refreshRooms(ctx context.Context, tx *db.Tx, project id.ID, rooms []id.ID) error {
	for chunk := range slices.Chunk(rooms, 500) {
		_, err := tx.Exec(ctx, `UPDATE estate_room SET
			payer_id = COALESCE((SELECT o.person_id FROM estate_occupant o WHERE o.project_id = estate_room.project_id AND o.room_id = estate_room.id
				AND o.until = 0 AND (o.payer = 1 OR o.part = 'owner') ORDER BY o.payer DESC, o.share DESC, o.id LIMIT 1), 0),
			people = (SELECT COUNT(DISTINCT o.person_id) FROM estate_occupant o WHERE o.project_id = estate_room.project_id AND o.room_id = estate_room.id AND o.until = 0)
			WHERE project_id = ? AND id IN (`+db.In(len(chunk))+")", idArgs(project, chunk)...)
		if err != nil {
			return fmt.Errorf("refresh rooms: %w", err)
		}
	}
	return nil
}

func ownersOf(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[id.ID]Owner, error) {
	out := make(map[id.ID]Owner, len(rooms))
	return out, db.EachOfIDs(ctx, q, `SELECT o.room_id, p.name, p.phone_mask FROM estate_occupant o
		JOIN estate_person p ON p.project_id = o.project_id AND p.id = o.person_id
		WHERE o.project_id = ? AND o.until = 0 AND o.part = 'owner' AND o.room_id IN (`, project, rooms, `)
		ORDER BY o.room_id, o.share DESC, o.id`, func(row db.Scanner) error {
		var room id.ID
		var w Owner
		err := row.Scan(&room, &w.Name, &w.PhoneMask)
		if first, ok := out[room]; ok {
			first.Others++
			w = first
		}
		out[room] = w
		return err
	})
}
