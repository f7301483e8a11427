package estate

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

func roomsByID(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[id.ID]Room, error) {
	list, err := db.OfIDs(ctx, q, "SELECT "+roomColumns+" FROM estate_room WHERE project_id = ? AND id IN (", project, rooms, ")", scanRoom)
	out := make(map[id.ID]Room, len(list))
	for _, r := range list {
		out[r.ID] = r
	}
	return out, err
}

// PayersOf tells who pays for rooms, by room; a room without a payer is left out.
func (s *Service) PayersOf(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[id.ID]id.ID, error) {
	out := make(map[id.ID]id.ID, len(rooms))
	return out, db.EachOfIDs(ctx, q, "SELECT id, payer_id FROM estate_room WHERE project_id = ? AND payer_id <> 0 AND id IN (", project, rooms, ")", func(row db.Scanner) error {
		var room, payer id.ID
		err := row.Scan(&room, &payer)
		out[room] = payer
		return err
	})
}

func payersByID(ctx context.Context, q db.Q, project id.ID, people []id.ID) (map[id.ID]Person, error) {
	list, err := db.OfIDs(ctx, q, "SELECT "+personColumns+" FROM estate_person p WHERE p.project_id = ? AND p.id IN (", project, people, ")", scanPerson)
	out := make(map[id.ID]Person, len(list))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// roomsOfPayers sorts by an expression, because SQLite would otherwise walk the
// whole project in the order of its rooms instead of asking for the payers.
func roomsOfPayers(ctx context.Context, q db.Q, project id.ID, payers []id.ID) (map[id.ID][]Room, error) {
	list, err := db.OfIDs(ctx, q, "SELECT "+roomColumns+" FROM estate_room WHERE project_id = ? AND payer_id IN (", project, payers, ") AND payer_id <> 0 ORDER BY sort_key || '', id", scanRoom)
	out := make(map[id.ID][]Room, len(payers))
	for _, r := range list {
		out[r.Payer] = append(out[r.Payer], r)
	}
	return out, err
}
