package file

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/export"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/sheet"
)

const jobExport = "file.export"

type exportJob struct{ Project, Export id.ID }

func (s *Service) handleJobs() {
	if s.jobs == nil {
		return
	}
	s.jobs.Handle(jobExport, s.onExport)
	s.jobs.GaveUp(jobExport, func(ctx context.Context, payload []byte, _ error) error {
		var j exportJob
		if err := json.Unmarshal(payload, &j); err != nil {
			return nil // never was an export
		}
		return s.endExport(ctx, j, func(e *Export) {
			e.State, e.Failure = ExportFailed, "没能生成，请重新导出；仍不行请告诉管理员"
		})
	})
}

// onExport makes a long export. It may run again from the start: nothing is
// seen of it until its row says ready.
func (s *Service) onExport(ctx context.Context, payload []byte) error {
	var j exportJob
	if err := json.Unmarshal(payload, &j); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	e, err := oneExport(ctx, s.db.Reader(ctx), j.Project, j.Export)
	if err != nil || e.State != ExportWaiting {
		return err
	}
	defer s.progress.Delete(e.ID)
	content, rows, err := s.make(ctx, j.Project, &e)
	if f := fault.As(err); f != nil && f.Kind != fault.Internal {
		return s.endExport(ctx, j, func(e *Export) { e.State, e.Failure = ExportFailed, f.Text })
	}
	if err != nil {
		return fmt.Errorf("make export: %w", err)
	}
	within := e.Within
	return s.endExport(ctx, j, func(e *Export) { e.State, e.Rows, e.Size, e.Within = ExportReady, rows, content.Size, within }, content)
}

// make writes the file with the rights its person has now, and notes in e what
// they are limited to.
func (s *Service) make(ctx context.Context, project id.ID, e *Export) (c Content, rows int, err error) {
	who, err := s.actor(ctx, e.By)
	if errors.Is(err, fault.ErrNotFound) {
		return c, 0, ErrLapsed.Because(err)
	}
	if err != nil {
		return c, 0, err
	}
	o, ask, err := s.admit(who, project, &Wish{Key: e.Kind, Query: e.Query, Clear: e.Clear, Reason: e.Reason})
	if errors.Is(err, actor.ErrForbidden) || errors.Is(err, actor.ErrBuildings) {
		err = ErrLapsed.Because(err)
	}
	if err != nil {
		return c, 0, err
	}
	e.Within = ask.Who.Within(o.Permission, project)
	note := func(n int) {
		if rows = n; n%100 == 0 {
			s.progress.Store(e.ID, n)
		}
	}
	columns, err := o.Titles(ctx, ask.Project)
	if err != nil {
		return c, 0, err
	}
	c, err = s.pour(func(w io.Writer) error {
		if o.Write != nil {
			return o.Write(ctx, ask, w, note)
		}
		return sheet.WriteXLSX(w, []sheet.Sheet{{Name: o.Name, Columns: columns, Rows: counted(ctx, o, ask, note)}})
	})
	return c, rows, err
}

func counted(ctx context.Context, o export.Offer, ask export.Ask, note func(int)) func(func([]sheet.Value) error) error {
	return func(emit func([]sheet.Value) error) error {
		n := 0
		return o.Rows(ctx, ask, func(cells []sheet.Value) error {
			if n++; n > sheetRows {
				return ErrTooLong
			}
			note(n)
			return emit(cells)
		})
	}
}

// endExport stores how an export ended, once.
func (s *Service) endExport(ctx context.Context, j exportJob, end func(*Export), content ...Content) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockExport(ctx, tx, j.Project, j.Export); err != nil {
			return err
		}
		e, err := oneExport(ctx, tx, j.Project, j.Export)
		if err != nil || e.State != ExportWaiting {
			return err
		}
		end(&e)
		e.DoneAt = tx.Now()
		who := actor.System(e.ByName)
		who.Account = e.By
		for _, c := range content {
			if e.File, err = s.Add(ctx, tx, j.Project, c, e.Name, KindExport, who); err != nil {
				return err
			}
		}
		if e.State == ExportReady {
			s.note(tx, &e, Note{Project: j.Project, Who: who, Action: "file.export_made", Subject: e.ID, Summary: "生成导出文件 " + e.Name + rowWords(&e)})
		}
		return updateExport(ctx, tx, j.Project, &e)
	})
}
