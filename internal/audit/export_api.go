package audit

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/export"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// maxCell is what one cell of a spreadsheet holds, in characters.
const maxCell = 32_000

// companyRows is how many entries one file of the company's log holds: it is
// written while the person waits.
const companyRows = 50_000

// ErrManyEntries is answered when more entries fit than one file holds.
var ErrManyEntries = fault.New(fault.Invalid, "audit_export_too_long", "超过 50,000 条，请按日期分几次导出")

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	check, rows := export.Batches(s.listProject, func(o *auditList) page.List[auditRow] { return o.Body.List },
		func(ctx context.Context, a export.Ask, items []auditRow, emit export.Emit) error {
			w, err := s.lexicon(ctx, a.Who)
			if err != nil {
				return err
			}
			for i := range items {
				if err := w.emit(&items[i], emit); err != nil {
					return err
				}
			}
			return nil
		})
	return []export.Offer{{Key: "audit", Name: "操作日志", Permission: PermRead, Check: check, Rows: rows, Columns: columns()}}
}

func columns() []sheet.Column {
	return []sheet.Column{{Title: "序号", Width: 8}, export.Text("时间", 20), export.Text("谁", 12), export.Text("做了什么", 60), export.Text("动作", 18),
		export.Text("对象", 14), export.Text("对象编号", 22), export.Text("网络地址", 18), export.Text("改了什么", 60)}
}

// lexicon has the words of the page, with the names of the projects that who sees.
func (s *Service) lexicon(ctx context.Context, who actor.Actor) (lexicon, error) {
	w, err := readLexicon()
	if err != nil || s.names == nil {
		return w, err
	}
	names, err := s.names(ctx, who)
	if err != nil {
		return w, fmt.Errorf("names of projects: %w", err)
	}
	w.projects = make(map[string]string, len(names))
	for project, name := range names {
		w.projects[project.String()] = name
	}
	return w, nil
}

func (w lexicon) emit(r *auditRow, emit export.Emit) error {
	changed, err := w.changes(r.Before, r.After)
	if err != nil {
		return fmt.Errorf("entry %d: %w", r.Seq, err)
	}
	subject := ""
	if r.Subject != 0 {
		subject = r.Subject.String()
	}
	return emit([]sheet.Value{sheet.Int(r.Seq), sheet.Text(r.At.In(clock.Shanghai()).Format("2006-01-02 15:04:05")), sheet.Text(w.who(r)), sheet.Text(r.Summary),
		sheet.Text(named(w.Acts, r.Action)), sheet.Text(named(w.Kinds, r.Kind)), sheet.Text(subject), sheet.Text(r.Address), sheet.Text(short(changed))})
}

type sheetOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// sheetInstallation is the company's log as a table: it has no project, so the
// download centre, which keeps files by project, has no place for it.
func (s *Service) sheetInstallation(ctx context.Context, who actor.Actor, in *AuditFilter) (*sheetOut, error) {
	var b bytes.Buffer
	n, filter := 0, *in
	w, err := s.lexicon(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("export company log: %w", err)
	}
	err = sheet.WriteXLSX(&b, []sheet.Sheet{{Name: "公司操作日志", Columns: columns(), Rows: func(emit func([]sheet.Value) error) error {
		return s.eachInstallation(ctx, who, filter, func(r *auditRow) error {
			if n++; n > companyRows {
				return ErrManyEntries
			}
			return w.emit(r, emit)
		})
	}}})
	if err != nil {
		return nil, fmt.Errorf("export company log: %w", err)
	}
	var day clock.Date
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		day = clock.DateOf(tx.Now())
		s.Record(tx, Entry{Who: who, Action: "audit.exported", Kind: "export", Summary: fmt.Sprintf("导出公司操作日志 %d 条", n), After: asked(filter, n)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("export company log: %w", err)
	}
	return &sheetOut{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"attachment; filename*=UTF-8''" + url.PathEscape(fmt.Sprintf("公司操作日志 %s.xlsx", day)), b.Bytes()}, nil
}

func (s *Service) eachInstallation(ctx context.Context, who actor.Actor, f AuditFilter, each func(*auditRow) error) error {
	for f.Limit, f.Cursor = 500, ""; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		out, err := s.listInstallation(ctx, who, &f)
		if err != nil {
			return err
		}
		for i := range out.Body.Items {
			if err := each(&out.Body.Items[i]); err != nil {
				return err
			}
		}
		if f.Cursor = out.Body.Next; f.Cursor == "" {
			return nil
		}
	}
}

// asked is what a file was filtered by, without what was left open.
func asked(f AuditFilter, rows int) map[string]any {
	out := map[string]any{"rows": rows}
	for name, v := range map[string]string{"q": f.Text, "action": f.Action, "kind": f.Kind} {
		if v != "" {
			out[name] = v
		}
	}
	for name, v := range map[string]id.ID{"account_id": f.Account, "subject_id": f.Subject, "person_id": f.Person} {
		if v != 0 {
			out[name] = v
		}
	}
	for name, v := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !v.IsZero() {
			out[name] = v.In(clock.Shanghai())
		}
	}
	return out
}

func short(text string) string {
	if r := []rune(text); len(r) > maxCell {
		return string(r[:maxCell]) + "…"
	}
	return text
}
