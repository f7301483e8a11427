package estate

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// idsAtOnce bounds the placeholders of one statement.
const idsAtOnce = 500

func roomsByID(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[id.ID]Room, error) {
	out := make(map[id.ID]Room, len(rooms))
	for part := range slices.Chunk(rooms, idsAtOnce) {
		rows, err := q.Query(ctx, "SELECT "+roomColumns+" FROM estate_room WHERE project_id = ? AND id IN ("+db.In(len(part))+")", idArgs(project, part)...)
		list, err := db.Collect(rows, err, scanRoom)
		if err != nil {
			return nil, fmt.Errorf("read rooms: %w", err)
		}
		for _, r := range list {
			out[r.ID] = r
		}
	}
	return out, nil
}

func payersByID(ctx context.Context, q db.Q, project id.ID, people []id.ID) (map[id.ID]Person, error) {
	out := make(map[id.ID]Person, len(people))
	for part := range slices.Chunk(people, idsAtOnce) {
		rows, err := q.Query(ctx, "SELECT "+personColumns+" FROM estate_person p WHERE p.project_id = ? AND p.id IN ("+db.In(len(part))+")", idArgs(project, part)...)
		list, err := db.Collect(rows, err, scanPerson)
		if err != nil {
			return nil, fmt.Errorf("read people: %w", err)
		}
		for _, p := range list {
			out[p.ID] = p
		}
	}
	return out, nil
}

// roomsOfPayers sorts by an expression, because SQLite would otherwise walk the
// whole project in the order of its rooms instead of asking for the payers.
func roomsOfPayers(ctx context.Context, q db.Q, project id.ID, payers []id.ID) (map[id.ID][]Room, error) {
	out := make(map[id.ID][]Room, len(payers))
	for part := range slices.Chunk(payers, idsAtOnce) {
		rows, err := q.Query(ctx, "SELECT "+roomColumns+" FROM estate_room WHERE project_id = ? AND payer_id IN ("+db.In(len(part))+
			") AND payer_id <> 0 ORDER BY sort_key || '', id", idArgs(project, part)...)
		list, err := db.Collect(rows, err, scanRoom)
		if err != nil {
			return nil, fmt.Errorf("read rooms of payers: %w", err)
		}
		for _, r := range list {
			out[r.Payer] = append(out[r.Payer], r)
		}
	}
	return out, nil
}
