package estate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// inBuildings is the condition that a column names a building within a limit.
func inBuildings(column string, within actor.Buildings) (string, []any) {
	if within.Whole() {
		return "", nil
	}
	if len(within) == 0 {
		return " AND 1 = 0", nil
	}
	args := make([]any, len(within))
	for i, b := range within {
		args[i] = b
	}
	return " AND " + column + " IN (" + db.In(len(args)) + ")", args
}

func roomsInside(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, within actor.Buildings) (map[id.ID]bool, error) {
	limit, buildings := inBuildings("building_id", within)
	return idSet(ctx, q, "SELECT id FROM estate_room WHERE project_id = ? AND id IN (", rooms, project, ")"+limit, buildings)
}

// roomsOf reads the rooms of buildings along the order of rooms, so that a large
// project is not read for one of its buildings.
func roomsOf(ctx context.Context, q db.Q, project id.ID, within actor.Buildings) ([]id.ID, error) {
	out := []id.ID{}
	for _, building := range within {
		b, err := oneBuilding(ctx, q, project, building)
		if errors.Is(err, ErrNoBuilding) {
			continue
		}
		if err != nil {
			return nil, err
		}
		rows, err := q.Query(ctx, "SELECT id FROM estate_room WHERE project_id = ? AND sort_key >= ? AND sort_key < ? AND building_id = ?",
			project, b.sort+"/", b.sort+"0", building)
		list, err := db.Collect(rows, err, scanID)
		if err != nil {
			return nil, fmt.Errorf("read rooms of building: %w", err)
		}
		out = append(out, list...)
	}
	slices.Sort(out)
	return out, nil
}

// payersBeyond finds those who pay for a room that is not within the limit.
func payersBeyond(ctx context.Context, q db.Q, project id.ID, payers []id.ID, within actor.Buildings) (map[id.ID]bool, error) {
	limit, buildings := " AND building_id NOT IN ("+db.In(len(within))+")", make([]any, len(within))
	for i, b := range within {
		buildings[i] = b
	}
	switch {
	case within.Whole():
		return map[id.ID]bool{}, nil
	case len(within) == 0:
		limit = ""
	}
	return idSet(ctx, q, "SELECT DISTINCT payer_id FROM estate_room WHERE project_id = ? AND payer_id <> 0 AND payer_id IN (", payers, project, ")"+limit, buildings)
}

// idSet is db.OfIDs for ids, as a set.
func idSet(ctx context.Context, q db.Q, head string, ids []id.ID, project id.ID, tail string, more []any) (map[id.ID]bool, error) {
	list, err := db.OfIDs(ctx, q, head, project, ids, tail, scanID, more...)
	out := make(map[id.ID]bool, len(list))
	for _, x := range list {
		out[x] = true
	}
	return out, err
}

// living is the condition that a person of a table is something to a room
// within the limit now, after the arguments that come before it.
func (h *hits) living(table, column string, args ...any) (string, []any) {
	if h.within.Whole() {
		return "", args
	}
	limit, buildings := inBuildings("r.building_id", h.within)
	return " AND EXISTS (SELECT 1 FROM estate_occupant o JOIN estate_room r ON r.project_id = o.project_id AND r.id = o.room_id WHERE o.project_id = " +
		table + ".project_id AND o.person_id = " + table + "." + column + " AND o.until = 0" + limit + ")", append(args, buildings...)
}
