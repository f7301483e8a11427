package app

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/db"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
)

// Whole lists what a whole project consists of. Its tables and Content are
// the same on both engines and after a restore: rows in the order of their
// keys, columns by name, one JSON array a line.
type Whole struct {
	Project id.ID        `json:"project_id"`
	At      time.Time    `json:"exported_at"`
	Clear   bool         `json:"clear"` // phones and ID numbers in clear
	Content string       `json:"content_sha256"`
	Tables  []WholeTable `json:"tables"`
}

// WholeTable is one table of the project.
type WholeTable struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int      `json:"rows"`
	SHA256  string   `json:"sha256"`
}

// derived are tables that say nothing of the project itself: indexes that are
// made anew, the queue, files on their way out.
func derived(table string) bool {
	return table == "estate_term" || table == "estate_import_step" || table == "file_export" || strings.HasPrefix(table, "kit_") || strings.HasPrefix(table, "identity_")
}

// secret are columns that only this installation can read or needs.
func secret(column string) bool {
	return strings.HasSuffix(column, "_blind") || strings.HasSuffix(column, "_enc") || column == "mac"
}

// whole is the export of everything of a project.
func (a *App) whole() export.Offer {
	return export.Offer{Key: "project", Name: "整个项目", Permission: file.PermWhole, Clear: estate.PermReveal, Suffix: ".zip", Write: a.writeWhole}
}

// writeWhole writes one state of the database: the tables people read as
// spreadsheets, every table as JSON lines, and the list of digests.
func (a *App) writeWhole(ctx context.Context, ask export.Ask, w io.Writer, note func(rows int)) error {
	z, written := zip.NewWriter(w), 0
	count := func() { written++; note(written) }
	err := a.DB.Snapshot(ctx, func(ctx context.Context) error {
		for _, o := range a.exports() {
			if err := ask.Who.Must(o.Permission, ask.Project); err != nil {
				continue // what this person may not see is not in the file
			}
			own := export.Ask{Project: ask.Project, Who: ask.Who, Clear: ask.Clear && o.Clear != ""}
			if o.Key == "lines" || o.Key == "simulation" || o.Check != nil && o.Check(own) != nil {
				continue // the list of one record; its rows are in the data
			}
			part, err := z.Create("表格/" + o.Name + ".xlsx")
			if err != nil {
				return err
			}
			columns, err := o.Titles(ctx, ask.Project)
			if err != nil {
				return err
			}
			rows := func(emit func([]sheet.Value) error) error {
				return o.Rows(ctx, own, func(cells []sheet.Value) error { count(); return emit(cells) })
			}
			if err := sheet.WriteXLSX(part, []sheet.Sheet{{Name: o.Name, Columns: columns, Rows: rows}}); err != nil {
				return err
			}
		}
		m, err := a.canonical(ctx, ask.Project, ask.Clear, func(table string) (io.Writer, error) { return z.Create("数据/" + table + ".jsonl") }, count)
		if err != nil {
			return err
		}
		part, err := z.Create("清单.json")
		if err != nil {
			return err
		}
		enc := json.NewEncoder(part)
		enc.SetIndent("", "  ")
		return enc.Encode(m)
	})
	if err != nil {
		return fmt.Errorf("export project: %w", err)
	}
	return z.Close()
}

// Canonical is the list of digests of a project, for tests and for proving
// that two copies are the same.
func (a *App) Canonical(ctx context.Context, project id.ID, clear bool) (m Whole, err error) {
	err = a.DB.Snapshot(ctx, func(ctx context.Context) error {
		m, err = a.canonical(ctx, project, clear, func(string) (io.Writer, error) { return io.Discard, nil }, func() {})
		return err
	})
	return m, err
}

func (a *App) canonical(ctx context.Context, project id.ID, clear bool, place func(table string) (io.Writer, error), count func()) (Whole, error) {
	m := Whole{Project: project, At: a.DB.Clock().Now().UTC(), Clear: clear, Tables: []WholeTable{}}
	tables, err := a.DB.ProjectTables(ctx)
	if err != nil {
		return m, err
	}
	all := sha256.New()
	for _, t := range tables {
		if derived(t.Name) {
			continue
		}
		w, err := place(t.Name)
		if err != nil {
			return m, err
		}
		one, err := a.dump(ctx, t, project, clear, w, count)
		if err != nil {
			return m, err
		}
		m.Tables = append(m.Tables, one)
		fmt.Fprintf(all, "%s %s\n", one.Name, one.SHA256)
	}
	m.Content = hex.EncodeToString(all.Sum(nil))
	return m, nil
}

func (a *App) dump(ctx context.Context, t db.Table, project id.ID, clear bool, w io.Writer, note func()) (WholeTable, error) {
	read, shown := []string{}, []string{}
	sealed := map[int]string{}
	for _, c := range t.Columns {
		if clear && t.Name == "estate_person" && strings.HasSuffix(c, "_enc") {
			sealed[len(read)] = c
			read, shown = append(read, c), append(shown, strings.TrimSuffix(c, "_enc"))
		} else if !secret(c) {
			read, shown = append(read, c), append(shown, c)
		}
	}
	out := WholeTable{Name: t.Name, Columns: shown}
	h := sha256.New()
	buf := bufio.NewWriter(io.MultiWriter(w, h))
	if err := line(buf, shown); err != nil {
		return out, err
	}
	who := slices.Index(read, "id")
	err := a.DB.Dump(ctx, t, read, int64(project), func(values []any) error {
		for i, column := range sealed {
			person, _ := values[who].(int64)
			text, _ := values[i].(string)
			open, err := a.Estate.Unseal(project, id.ID(person), strings.TrimSuffix(column, "_enc"), text)
			if err != nil {
				return err
			}
			values[i] = open
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				values[i] = hex.EncodeToString(b)
			}
			if n, ok := v.(int64); ok && (n > 1<<53 || n < -1<<53) {
				values[i] = id.ID(n).String()
			}
		}
		out.Rows++
		note()
		return line(buf, values)
	})
	if err == nil {
		err = buf.Flush()
	}
	out.SHA256 = hex.EncodeToString(h.Sum(nil))
	return out, err
}

func line(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
