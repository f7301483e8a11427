package estate

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/search"
)

// roomHits looks one key up, exactly or as the beginning. Columns are the
// three keys of a room, or term for its other spellings.
func roomHits(ctx context.Context, q db.Q, project id.ID, column, key string, exact bool, h *hits) ([]Hit, error) {
	from, prefix := "estate_room r", "r."
	if column == "term" {
		from, prefix = "estate_term t JOIN estate_room r ON r.project_id = t.project_id AND r.id = t.room_id", "t."
	}
	col := prefix + column
	where, args, order := prefix+"project_id = ? AND "+col+" = ?", []any{project, key}, "r.sort_key"
	if !exact {
		lo, hi := search.KeyRange(key)
		where, args, order = prefix+"project_id = ? AND "+col+" >= ? AND "+col+" < ?", []any{project, lo, hi}, col
	}
	if column == "key" || column == "term" {
		order = col
	}
	limit, buildings := inBuildings("r.building_id", h.within)
	where, args = where+limit, append(args, buildings...)
	rows, err := q.Query(ctx, `SELECT r.id, r.label, COALESCE(p.id, 0), COALESCE(p.name, ''), COALESCE(p.phone_mask, '')
		FROM (SELECT r.project_id, r.id, r.label, r.payer_id, r.sort_key, `+col+` AS found FROM `+from+` WHERE `+where+` ORDER BY `+order+` LIMIT ?) r
		LEFT JOIN estate_person p ON p.project_id = r.project_id AND p.id = r.payer_id ORDER BY r.found, r.sort_key`, append(args, h.limit)...)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Hit, error) {
		h := Hit{Why: "room"}
		err := row.Scan(&h.Room, &h.Label, &h.Person, &h.Name, &h.PhoneMask)
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("search rooms: %w", err)
	}
	return out, nil
}

func scanID(row db.Scanner) (id.ID, error) {
	var v id.ID
	err := row.Scan(&v)
	return v, err
}

func blindHits(ctx context.Context, q db.Q, project id.ID, column, blind string, h *hits) ([]id.ID, error) {
	near, args := h.living("estate_person", "id", project, blind)
	rows, err := q.Query(ctx, "SELECT id FROM estate_person WHERE project_id = ? AND "+column+" <> '' AND "+column+" = ?"+near+" LIMIT ?", append(args, h.limit)...)
	out, err := db.Collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("search numbers: %w", err)
	}
	return out, nil
}

func fullNameHits(ctx context.Context, q db.Q, project id.ID, text string, h *hits) ([]id.ID, error) {
	near, args := h.living("estate_person", "id", project, search.Fold(text))
	rows, err := q.Query(ctx, "SELECT id FROM estate_person WHERE project_id = ? AND name_key = ?"+near+" ORDER BY id LIMIT ?", append(args, h.limit)...)
	out, err := db.Collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("search names: %w", err)
	}
	return out, nil
}

func nameHits(ctx context.Context, q db.Q, project id.ID, text string, h *hits) ([]id.ID, error) {
	lo, hi := search.PrefixRange(text)
	if lo == "" {
		return nil, nil
	}
	const tokensPerName = 4 // a name may answer by several of its tokens
	near, args := h.living("estate_term", "person_id", project, lo, hi)
	rows, err := q.Query(ctx, "SELECT person_id FROM estate_term WHERE project_id = ? AND term >= ? AND term < ? AND person_id <> 0"+near+" ORDER BY term, person_id LIMIT ?",
		append(args, h.limit*tokensPerName)...)
	list, err := db.Collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("search names: %w", err)
	}
	seen, out := map[id.ID]bool{}, list[:0]
	for _, p := range list {
		if !seen[p] && len(out) < h.limit {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out, nil
}
