package estate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/search"
)

const roomColumns = `id, building_id, unit_id, name, label, floor, floors, layout, kind, area, inner_area, state, handover,
	payer_id, people, known, sort_key, version`

func scanRoom(row db.Scanner) (Room, error) {
	var r Room
	err := row.Scan(&r.ID, &r.Building, &r.Unit, &r.Name, &r.Label, &r.Floor, &r.Floors, &r.Layout, &r.Kind, &r.Area, &r.InnerArea,
		&r.State, &r.Handover, &r.Payer, &r.People, &r.Known, &r.sort, &r.Version)
	return r, err
}

func copyRooms(ctx context.Context, tx *db.Tx, project id.ID, rooms []Room) error {
	if err := copyRoomRows(ctx, tx, project, rooms); err != nil {
		return err
	}
	var terms []term
	for i := range rooms {
		if len(rooms[i].keys) > 3 {
			terms = append(terms, rooms[i].terms()...)
		}
	}
	return copyTerms(ctx, tx, project, terms)
}

func copyRoomRows(ctx context.Context, tx *db.Tx, project id.ID, rooms []Room) error {
	now := tx.Now().UnixMicro()
	err := tx.Copy(ctx, "estate_room", []string{"project_id", "id", "building_id", "unit_id", "name", "key", "short_key", "name_key", "label", "floor", "floors",
		"layout", "kind", "area", "inner_area", "state", "handover", "payer_id", "people", "known", "sort_key", "version", "created_at"},
		len(rooms), func(i int, dst []any) error {
			r := &rooms[i]
			copy(dst, []any{int64(project), int64(r.ID), int64(r.Building), int64(r.Unit), r.Name, r.keys[0], r.keys[1], r.keys[2], r.Label,
				int64(r.Floor), int64(r.Floors), r.Layout, r.Kind, int64(r.Area), int64(r.InnerArea), r.State, int64(r.Handover),
				int64(r.Payer), int64(r.People), int64(r.Known), r.sort, int64(r.Version), now})
			return nil
		})
	if db.IsUnique(err) {
		if len(rooms) == 1 {
			return ErrRoom.Say("已有%s", rooms[0].Label)
		}
		return ErrRoom.Say("这些房屋里有已存在或重复的房号")
	}
	return err
}

func updateRoom(ctx context.Context, tx *db.Tx, project id.ID, r *Room) (int64, error) {
	n, err := tx.Exec(ctx, `UPDATE estate_room SET building_id = ?, unit_id = ?, name = ?, key = ?, short_key = ?, name_key = ?, label = ?, floor = ?, floors = ?, layout = ?,
		kind = ?, area = ?, inner_area = ?, state = ?, handover = ?, known = ?, sort_key = ?, version = version + 1
		WHERE project_id = ? AND id = ? AND version = ?`, r.Building, r.Unit, r.Name, r.keys[0], r.keys[1], r.keys[2], r.Label, r.Floor, r.Floors, r.Layout,
		r.Kind, r.Area, r.InnerArea, r.State, r.Handover, r.Known, r.sort, project, r.ID, r.Version)
	if db.IsUnique(err) {
		return 0, ErrRoom.Say("已有%s", r.Label)
	}
	if err != nil {
		return 0, fmt.Errorf("update room: %w", err)
	}
	return n, nil
}

func oneRoom(ctx context.Context, q db.Q, project, room id.ID) (Room, error) {
	r, err := scanRoom(q.QueryRow(ctx, "SELECT "+roomColumns+" FROM estate_room WHERE project_id = ? AND id = ?", project, room))
	return found(r, err, "read room", ErrNoRoom)
}

func streamRooms(ctx context.Context, q db.Q, project id.ID, f RoomFilter, fn func(*BillingRoom) error) error {
	where, args := "project_id = ? AND id > ?", []any{project, f.After}
	if f.Upto != 0 {
		where, args = where+" AND id <= ?", append(args, f.Upto)
	}
	inBuilding, inRoom := set(f.Buildings), set(f.Rooms)
	if n := len(f.Rooms); n > 0 && n <= 500 {
		where += " AND id IN (" + db.In(n) + ")"
		for _, r := range f.Rooms {
			args = append(args, r)
		}
		inRoom = nil
	}
	rows, err := q.Query(ctx, `SELECT id, building_id, unit_id, payer_id, area, inner_area, floor, floors, people, kind, state, handover, known
		FROM estate_room WHERE `+where+" ORDER BY id", args...)
	if err != nil {
		return fmt.Errorf("stream rooms: %w", err)
	}
	defer rows.Close()
	var r BillingRoom
	for rows.Next() {
		if err := rows.Scan(&r.ID, &r.Building, &r.Unit, &r.Payer, &r.Area, &r.InnerArea, &r.Floor, &r.Floors, &r.People, &r.Kind, &r.State, &r.Handover, &r.Known); err != nil {
			return fmt.Errorf("stream rooms: %w", err)
		}
		if (inBuilding != nil && !inBuilding[r.Building]) || (inRoom != nil && !inRoom[r.ID]) {
			continue
		}
		if err := fn(&r); err != nil {
			return err
		}
	}
	return rows.Err()
}

func set(ids []id.ID) map[id.ID]bool {
	if len(ids) == 0 {
		return nil
	}
	m := make(map[id.ID]bool, len(ids))
	for _, v := range ids {
		m[v] = true
	}
	return m
}

// roomIDBounds jumps along the key, which costs a tenth of numbering the rooms.
func roomIDBounds(ctx context.Context, q db.Q, project id.ID, partSize int) ([]id.ID, error) {
	var out []id.ID
	var last, border id.ID
	if err := q.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) FROM estate_room WHERE project_id = ?", project).Scan(&last); err != nil {
		return nil, fmt.Errorf("cut rooms into parts: %w", err)
	}
	for border < last {
		err := q.QueryRow(ctx, "SELECT id FROM estate_room WHERE project_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?",
			project, border, max(partSize, 1)-1).Scan(&border)
		if errors.Is(err, sql.ErrNoRows) {
			border = last
		} else if err != nil {
			return nil, fmt.Errorf("cut rooms into parts: %w", err)
		}
		out = append(out, border)
	}
	return out, nil
}

// Labels are the labels of rooms by id; unknown ids are missing.
func (s *Service) Labels(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[id.ID]string, error) {
	return names(ctx, q, "SELECT id, label FROM estate_room WHERE project_id = ? AND id IN (", project, rooms)
}

// PersonNames are the names of people by id; unknown ids are missing.
func (s *Service) PersonNames(ctx context.Context, q db.Q, project id.ID, people []id.ID) (map[id.ID]string, error) {
	return names(ctx, q, "SELECT id, name FROM estate_person WHERE project_id = ? AND id IN (", project, people)
}

// names runs "SELECT id, text … id IN (" over any number of ids.
func names(ctx context.Context, q db.Q, query string, project id.ID, ids []id.ID) (map[id.ID]string, error) {
	out := make(map[id.ID]string, len(ids))
	return out, db.EachOfIDs(ctx, q, query, project, ids, ")", func(row db.Scanner) error {
		var k id.ID
		var v string
		err := row.Scan(&k, &v)
		out[k] = v
		return err
	})
}

// gridRooms reads the rooms of a building along the order of rooms, so that a
// large project is not read for one of its buildings.
func gridRooms(ctx context.Context, q db.Q, project id.ID, b *Building) ([]Cell, error) {
	rows, err := q.Query(ctx, "SELECT id, unit_id, name, label, state, floor FROM estate_room WHERE project_id = ? AND sort_key >= ? AND sort_key < ? AND building_id = ? ORDER BY sort_key, id",
		project, b.sort+"/", b.sort+"0", b.ID)
	out, err := db.Collect(rows, err, func(row db.Scanner) (Cell, error) {
		var c Cell
		err := row.Scan(&c.ID, &c.Unit, &c.Name, &c.Label, &c.State, &c.floor)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read room grid: %w", err)
	}
	return out, nil
}

func buildingRooms(ctx context.Context, q db.Q, project, building id.ID) ([]Room, error) {
	rows, err := q.Query(ctx, "SELECT "+roomColumns+" FROM estate_room WHERE project_id = ? AND building_id = ? ORDER BY sort_key, id", project, building)
	out, err := db.Collect(rows, err, scanRoom)
	if err != nil {
		return nil, fmt.Errorf("read rooms of building: %w", err)
	}
	return out, nil
}

func listRooms(ctx context.Context, q db.Q, project id.ID, f RoomListFilter) (page.List[Room], error) {
	var sort string
	var last id.ID
	where, args, err := roomConditions(ctx, q, project, f)
	if err != nil {
		return page.List[Room]{}, err
	}
	if ok, err := page.Decode(f.Cursor, &sort, &last); err != nil {
		return page.List[Room]{}, err
	} else if ok {
		where, args = where+" AND (sort_key, id) > (?, ?)", append(args, sort, last)
	}
	rows, err := q.Query(ctx, "SELECT "+roomColumns+" FROM estate_room WHERE "+where+" ORDER BY sort_key, id LIMIT ?", append(args, f.Limit+1)...)
	list, err := db.Collect(rows, err, scanRoom)
	if err != nil {
		return page.List[Room]{}, fmt.Errorf("list rooms: %w", err)
	}
	return page.Cut(list, f.Limit, func(r Room) []any { return []any{r.sort, r.ID} }), nil
}

// countRooms counts the rooms of a list, up to 10,001.
func countRooms(ctx context.Context, q db.Q, project id.ID, f RoomListFilter) (n int, err error) {
	where, args, err := roomConditions(ctx, q, project, f)
	if err == nil {
		err = q.QueryRow(ctx, "SELECT COUNT(*) FROM (SELECT id FROM estate_room WHERE "+where+" LIMIT ?) AS few", append(args, 10_001)...).Scan(&n)
	}
	return n, err
}

func roomConditions(ctx context.Context, q db.Q, project id.ID, f RoomListFilter) (where string, args []any, err error) {
	where, args = "project_id = ?", []any{project}
	for _, c := range []struct {
		column string
		value  any
		given  bool
	}{{"building_id", f.Building, f.Building != 0}, {"unit_id", f.Unit, f.Unit != 0}, {"state", f.State, f.State != ""}, {"kind", f.Kind, f.Kind != ""}} {
		if c.given {
			where, args = where+" AND "+c.column+" = ?", append(args, c.value)
		}
	}
	limit, buildings := inBuildings("building_id", f.Within)
	where, args = where+limit, append(args, buildings...)
	if f.Text != "" {
		cond := "1 = 0"
		for _, key := range search.QueryRoomKeys(f.Text) {
			lo, hi := search.KeyRange(key)
			cond += " OR (key >= ? AND key < ?) OR (short_key >= ? AND short_key < ?) OR (name_key >= ? AND name_key < ?)" +
				" OR id IN (SELECT room_id FROM estate_term WHERE project_id = ? AND term >= ? AND term < ?)"
			args = append(args, lo, hi, lo, hi, lo, hi, project, lo, hi)
		}
		where += " AND (" + cond + ")"
	}
	if err := f.Says.normal(ctx, q, project); err != nil {
		return "", nil, err
	}
	if f.Tag != 0 {
		where, args = where+" AND id IN (SELECT subject_id FROM estate_tagged WHERE project_id = ? AND tag_id = ?)", append(args, project, f.Tag)
	}
	says, saying := f.Says.says("id", project)
	return where + says, append(args, saying...), nil
}

// RoomsByKey finds rooms by their complete keys.
func (s *Service) RoomsByKey(ctx context.Context, q db.Q, project id.ID, keys []string) (map[string]Room, error) {
	out := map[string]Room{}
	for chunk := range slices.Chunk(keys, 500) {
		args := []any{project}
		for _, k := range chunk {
			args = append(args, k)
		}
		rows, err := q.Query(ctx, "SELECT key, "+roomColumns+" FROM estate_room WHERE project_id = ? AND key IN ("+db.In(len(chunk))+")", args...)
		_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
			var key string
			r, err := scanRoom(keyed{row, &key})
			out[key] = r
			return struct{}{}, err
		})
		if err != nil {
			return nil, fmt.Errorf("read rooms by key: %w", err)
		}
	}
	return out, nil
}

// keyed scans one more column in front.
type keyed struct {
	row db.Scanner
	key *string
}

func (k keyed) Scan(dest ...any) error { return k.row.Scan(append([]any{k.key}, dest...)...) }
