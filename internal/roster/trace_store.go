package roster

import (
	"bytes"
	"encoding/json"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
)

// storedRow is what people see of a row, under the names that the audit log
// uses for its fields, and whom it joins.
type storedRow struct {
	shown        map[string]any
	phone, paper string // blind indexes
	room, person id.ID  // of an occupant
}

// readRow reads a row as estate.BulkRows gives it. Sealed columns stay behind.
func readRow(table string, columns []string, text string) (storedRow, error) {
	out := storedRow{shown: map[string]any{}}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var values []any
	if err := dec.Decode(&values); err != nil || len(values) != len(columns) {
		return out, fmt.Errorf("read row of %s: %d values: %w", table, len(values), err)
	}
	shown := shownColumns(table)
	for i, c := range columns {
		n, _ := values[i].(json.Number)
		whole, _ := n.Int64() // 0 for a text
		switch c {
		case "room_id":
			out.room = id.ID(whole)
		case "person_id":
			out.person = id.ID(whole)
		case "phone_blind":
			out.phone, _ = values[i].(string)
		case "id_blind":
			out.paper, _ = values[i].(string)
		}
		name, ok := shown[c]
		switch {
		case !ok:
		case c == "since" || c == "until" || c == "handover":
			out.shown[name] = clock.Date(whole)
		case c == "payer":
			out.shown[name] = whole == 1
		case n != "":
			out.shown[name] = whole
		default:
			out.shown[name] = values[i]
		}
	}
	return out, nil
}
