package audit

import (
	"encoding/json"
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/page"
)

// ChangeJSON is one line of a record's history.
type ChangeJSON struct {
	At      time.Time `json:"at"`
	By      string    `json:"by" doc:"谁"`
	Summary string    `json:"summary" doc:"做了什么；导入写明是哪份文件"`
	Before  string    `json:"before" doc:"改前，JSON，没有则为空"`
	After   string    `json:"after" doc:"改后，JSON"`
}

// HistoryOut is how every room answers with a history.
type HistoryOut struct{ Body page.List[ChangeJSON] }

// Told is a history as it is answered.
func Told(l page.List[Row]) *HistoryOut {
	out := &HistoryOut{page.List[ChangeJSON]{Items: make([]ChangeJSON, len(l.Items)), Next: l.Next}}
	for i, r := range l.Items {
		out.Body.Items[i] = ChangeJSON{r.At.In(clock.Shanghai()), r.Name, r.Summary, r.Before, plain(r.After)}
	}
	return out
}

// plain is what an entry says after, without the digest of its batch, which says
// nothing about the record.
func plain(after string) string {
	if !strings.Contains(after, `"records":{"batch":`) {
		return after
	}
	var all map[string]json.RawMessage
	if json.Unmarshal([]byte(after), &all) != nil {
		return after
	}
	delete(all, "records")
	out, err := json.Marshal(all)
	if err != nil {
		return after
	}
	return string(out)
}
