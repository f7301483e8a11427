package roster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

const keptQuery = "SELECT id, import_id, kind, room_id, person_id, value, value_blind, created_at FROM estate_kept WHERE project_id = ?"

func scanKept(row db.Scanner) (Kept, error) {
	var k Kept
	var at int64
	err := row.Scan(&k.ID, &k.Import, &k.Kind, &k.Room, &k.Person, &k.Value, &k.blind, &at)
	k.At = db.Micro(at)
	return k, err
}

func keptOf(ctx context.Context, q db.Q, project id.ID, kind string) ([]Kept, error) {
	rows, err := q.Query(ctx, keptQuery+" AND kind = ? ORDER BY room_id, id", project, kind)
	out, err := db.Collect(rows, err, scanKept)
	if err != nil {
		return nil, fmt.Errorf("list kept: %w", err)
	}
	return out, nil
}

// eachKept hands on what is kept of a kind.
func eachKept(ctx context.Context, q db.Q, project id.ID, kind string, fn func(k *Kept)) error {
	rows, err := q.Query(ctx, keptQuery+" AND kind = ? ORDER BY room_id, id", project, kind)
	if err != nil {
		return fmt.Errorf("list kept: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		k, err := scanKept(rows)
		if err != nil {
			return fmt.Errorf("list kept: %w", err)
		}
		fn(&k)
	}
	return rows.Err()
}

// keptOfRooms is the newest value of each kind.
func keptOfRooms(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[keptKey]string, error) {
	out := map[keptKey]string{}
	for chunk := range slices.Chunk(rooms, 500) {
		args := []any{project}
		for _, r := range chunk {
			args = append(args, r)
		}
		rows, err := q.Query(ctx, keptQuery+" AND room_id IN ("+db.In(len(chunk))+") ORDER BY id", args...)
		list, err := db.Collect(rows, err, scanKept)
		if err != nil {
			return nil, fmt.Errorf("read kept: %w", err)
		}
		for _, k := range list {
			out[keptKey{k.Kind, k.Room, k.Person}] = k.Value + k.blind
		}
	}
	return out, nil
}

func copyKept(ctx context.Context, tx *db.Tx, project id.ID, list []Kept) error {
	now := tx.Now().UnixMicro()
	return tx.Copy(ctx, "estate_kept", []string{"project_id", "id", "import_id", "kind", "room_id", "person_id", "value", "value_enc", "value_blind", "created_at"},
		len(list), func(i int, dst []any) error {
			k := &list[i]
			copy(dst, []any{int64(project), int64(k.ID), int64(k.Import), k.Kind, int64(k.Room), int64(k.Person), k.Value, k.sealed, k.blind, now})
			return nil
		})
}

func dropKept(ctx context.Context, tx *db.Tx, project, imp id.ID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM estate_kept WHERE project_id = ? AND import_id = ?", project, imp); err != nil {
		return fmt.Errorf("drop kept: %w", err)
	}
	return nil
}

// vehicleText is the JSON of a kept vehicle; keys never change.
type vehicleText struct {
	Plate  string `json:"plate"`
	Owner  string `json:"owner,omitempty"`
	Phone  string `json:"phone,omitempty"`
	Brand  string `json:"brand,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Colour string `json:"colour,omitempty"`
	Area   string `json:"area,omitempty"`
	Space  string `json:"space,omitempty"`
	From   string `json:"from,omitempty"`
	Until  string `json:"until,omitempty"`
}

const vehicleQuery = "SELECT id, room_id, value, created_at FROM estate_kept WHERE project_id = ? AND kind = ?"

func scanVehicle(row db.Scanner) (ListedVehicle, error) {
	var v ListedVehicle
	var text vehicleText
	var value string
	var at int64
	err := row.Scan(&v.ID, &v.Room, &value, &at)
	if err == nil {
		err = json.Unmarshal([]byte(value), &text)
	}
	v.Vehicle, v.At = Vehicle(text), db.Micro(at)
	return v, err
}

// keptVehicles reads all of a project in the order of time.
func keptVehicles(ctx context.Context, q db.Q, project id.ID) ([]ListedVehicle, error) {
	rows, err := q.Query(ctx, vehicleQuery+" ORDER BY id", project, KeptVehicle)
	out, err := db.Collect(rows, err, scanVehicle)
	if err != nil {
		return nil, fmt.Errorf("list vehicles: %w", err)
	}
	return out, nil
}

// keptByImport are vehicles of an import behind an id.
func keptByImport(ctx context.Context, q db.Q, project, imp, after id.ID, limit int) ([]ListedVehicle, error) {
	rows, err := q.Query(ctx, vehicleQuery+" AND import_id = ? AND id > ? ORDER BY id LIMIT ?", project, KeptVehicle, imp, after, limit)
	out, err := db.Collect(rows, err, scanVehicle)
	if err != nil {
		return nil, fmt.Errorf("list vehicles of import: %w", err)
	}
	return out, nil
}

func hasVehicles(ctx context.Context, q db.Q, project, room id.ID) (some bool, err error) {
	err = q.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM estate_kept WHERE project_id = ? AND room_id = ? AND kind = ?)", project, room, KeptVehicle).Scan(&some)
	if err != nil {
		err = fmt.Errorf("look for vehicles: %w", err)
	}
	return some, err
}

func (v Vehicle) text() (string, error) {
	b, err := json.Marshal(vehicleText(v))
	if err != nil {
		return "", fmt.Errorf("write vehicle: %w", err)
	}
	return string(b), nil
}
