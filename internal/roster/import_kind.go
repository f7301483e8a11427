package roster

import (
	"context"
	"errors"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
)

// ErrImportKind refuses a kind of sheet that nobody takes in.
var ErrImportKind = fault.New(fault.Invalid, "import_kind", "不能导入这一类表格")

// Importer takes one further kind of sheet in. It is a socket: a room above
// fills it, and gets upload, questions, errors by cell, all or nothing and undo.
type Importer interface {
	Kind() string
	Permission() actor.Permission // asked beside PermImport
	Template() (name string, s sheet.Sheet)
	// Read reads the file outside a transaction.
	Read(ctx context.Context, project id.ID, b *sheet.Book, o ReadOptions) (ImportedSheet, error)
	// Drop takes away what Lay has left of an import that was never written.
	Drop(ctx context.Context, project, imp id.ID) error
	// Finish does what is left of an import that has been written, also after a
	// kill; it may be called again.
	Finish(ctx context.Context, project, imp id.ID) error
	// Undo takes an applied import back inside tx, or says why it cannot be.
	Undo(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, im *Import) error
}

// ImportedSheet is a file that has been read.
type ImportedSheet interface {
	// Plan compares it with what is stored and writes nothing.
	Plan(ctx context.Context, q db.Q, im *Import) (Findings, error)
	// Lay stores what the last Plan found in transactions of its own, where nobody
	// sees it before Write; Drop takes it away.
	Lay(ctx context.Context, who actor.Actor, im *Import) error
	// Hold locks what the last Plan, made before tx, rests on, and says whether
	// it still is so.
	Hold(ctx context.Context, tx *db.Tx) (bool, error)
	// Write writes what the last Plan found without problems, or decides that what
	// was laid counts.
	Write(ctx context.Context, tx *db.Tx, who actor.Actor, im *Import) error
	// Close gives back what the rows lie in.
	Close() error
}

// AtOnce is embedded by kinds, and by their sheets, that Write alone writes.
type AtOnce struct{}

// Lay lays nothing.
func (AtOnce) Lay(context.Context, actor.Actor, *Import) error { return nil }

// Drop finds nothing.
func (AtOnce) Drop(context.Context, id.ID, id.ID) error { return nil }

// Finish finds nothing left.
func (AtOnce) Finish(context.Context, id.ID, id.ID) error { return nil }

// ReadOptions say how to read a file.
type ReadOptions struct {
	SkipHidden bool
	Note       func(done int)
}

// Findings are what comparing a sheet found.
type Findings struct {
	Table   *sheet.Table
	Facts   []Fact
	Changes []Change // what it would write, row by row; the first of them
}

// Fact is one line of a preview.
type Fact struct{ Title, Value string }

// TakeImports plugs kinds of imports in; called before the service is used.
func (s *Service) TakeImports(list ...Importer) {
	for _, i := range list {
		s.importers[i.Kind()] = i
	}
}

// may refuses who may not import sheets of a kind. Error: ErrImportKind.
func (s *Service) may(who actor.Actor, project id.ID, kind string) error {
	if kind == KindRoster {
		return nil
	}
	i, ok := s.importers[kind]
	if !ok {
		return ErrImportKind
	}
	return who.Must(i.Permission(), project)
}

// readKind reads the file of an import of another kind than a roster.
func (s *Service) readKind(ctx context.Context, project id.ID, im *Import, note func(done int)) (out ImportedSheet, err error) {
	i, ok := s.importers[im.Kind]
	if !ok {
		return nil, ErrImportKind
	}
	err = s.withBook(ctx, project, im, func(b *sheet.Book) (err error) {
		out, err = i.Read(ctx, project, b, ReadOptions{im.Hidden == HiddenSkip, note})
		return err
	})
	return out, err
}

// take brings findings into the report of an import and tells what is wrong.
func (f *Findings) take(im *Import) []RowError {
	t := f.Table
	im.Rows = t.Rows
	im.Report = Report{Sheet: t.Header.Sheet, HeaderRow: t.Header.Row, Ignored: t.Header.Ignored, HiddenRows: t.HiddenRows, HiddenColumns: t.HiddenColumns,
		Formulas: t.Formulas, Merged: t.Merged, Facts: f.Facts, Changes: f.Changes[:min(len(f.Changes), maxChanges)], Skipped: im.Report.Skipped}
	return each(t.Problems, func(p sheet.TableProblem) RowError { return RowError(p) })
}

// checkKind is checkImport for the other kinds.
func (s *Service) checkKind(ctx context.Context, project id.ID, im *Import) (err error) {
	in, err := s.readKind(ctx, project, im, func(done int) { s.progress.set(im.ID, done, 0) })
	if in != nil {
		defer func() { err = errors.Join(err, in.Close()) }()
	}
	if refused := refusal(err); refused != nil {
		return s.refuseFor(ctx, project, im, RowError{Message: refused.Text})
	}
	if err != nil {
		return err
	}
	found, err := in.Plan(ctx, s.db.Reader(ctx), im)
	if err != nil {
		return err
	}
	if problems := found.take(im); len(problems) > 0 {
		return s.refuseFor(ctx, project, im, problems...)
	}
	return s.conclude(ctx, project, im, ImportReady, &errorList{})
}

// writeKind is writeImport for the other kinds: Write decides in one transaction
// that the whole counts; what is too much for one is laid before and finished
// after it. A kill before it leaves nothing that counts, one after it only what
// is left to be finished.
func (s *Service) writeKind(ctx context.Context, project id.ID, im *Import) (err error) {
	kind, ok := s.importers[im.Kind]
	if !ok {
		return ErrImportKind
	}
	if !im.written() {
		if err := kind.Drop(ctx, project, im.ID); err != nil {
			return err
		}
		if err := s.writeSheet(ctx, project, im, kind); err != nil || !im.written() {
			return err
		}
	}
	if err := kind.Finish(ctx, project, im.ID); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockImport(ctx, tx, project, im.ID); err != nil {
			return err
		}
		now, err := oneImport(ctx, tx, project, im.ID)
		if err != nil || now.State != ImportApplying {
			return err
		}
		now.State = ImportApplied
		return updateImport(ctx, tx, project, &now)
	})
}

// written says of an import that is not applied yet that it will be.
func (im *Import) written() bool { return !im.AppliedAt.IsZero() }

// writeSheet writes a sheet unless its import has moved on or must be refused.
func (s *Service) writeSheet(ctx context.Context, project id.ID, im *Import, kind Importer) (err error) {
	total := im.Rows
	in, err := s.readKind(ctx, project, im, func(done int) { s.progress.set(im.ID, done/2, total) })
	if in != nil {
		defer func() { err = errors.Join(err, in.Close()) }()
	}
	if err == nil {
		err = again(func(within bool) (moved bool, err error) {
			moved, err = s.writePlan(ctx, project, im, in, within)
			if !im.written() {
				err = errors.Join(err, kind.Drop(ctx, project, im.ID))
			}
			return moved, err
		})
	}
	if refused := refusal(err); refused != nil {
		return s.refuseFor(ctx, project, im, RowError{Message: refused.Text})
	}
	return err
}

// again tries until nothing has moved under a plan that was made before the
// transaction that writes it. Where others change the same things again and again
// they wait once: the last try plans within.
func again(try func(within bool) (moved bool, err error)) error {
	const tries = 3
	for n := 1; ; n++ {
		moved, err := try(n > tries)
		if err != nil || !moved {
			return err
		}
	}
}

// writePlan plans and writes a sheet; within plans inside the transaction. moved
// says that what was planned does not count, because what it rests on has changed.
func (s *Service) writePlan(ctx context.Context, project id.ID, im *Import, in ImportedSheet, within bool) (moved bool, err error) {
	who := actor.System(im.ByName)
	who.Account = im.By
	lay := func(ctx context.Context) error {
		if err := planKind(ctx, s.db.Reader(ctx), im, in); err != nil {
			return err
		}
		s.progress.set(im.ID, im.Rows*3/4, im.Rows)
		return in.Lay(ctx, who, im)
	}
	if !within {
		if err := lay(ctx); err != nil {
			return false, err
		}
	}
	var at time.Time
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		moved, at = false, time.Time{}
		if err := s.estate.Lock(ctx, tx, project); err != nil {
			return err
		}
		if err := lockImport(ctx, tx, project, im.ID); err != nil {
			return err
		}
		now, err := oneImport(ctx, tx, project, im.ID)
		if err != nil || now.State != ImportApplying || now.written() {
			return err
		}
		held := within
		if within {
			err = lay(db.Join(ctx, tx))
		} else {
			held, err = in.Hold(ctx, tx)
		}
		if moved = !held; moved || err != nil {
			return err
		}
		now.Rows, now.Report = im.Rows, im.Report
		if err := in.Write(ctx, tx, who, &now); err != nil {
			return err
		}
		now.AppliedAt, at = tx.Now(), tx.Now()
		if err := updateImport(ctx, tx, project, &now); err != nil {
			return err
		}
		return s.discard(ctx, tx, project, &now)
	})
	if err == nil {
		im.AppliedAt = at
	}
	return moved, err
}

// planKind plans a sheet that was found to be without problems.
func planKind(ctx context.Context, q db.Q, im *Import, in ImportedSheet) error {
	found, err := in.Plan(ctx, q, im)
	if err != nil {
		return err
	}
	if problems := found.take(im); len(problems) > 0 {
		return ErrNotReady.Say("检查以后系统里的内容有变，请重新检查")
	}
	return nil
}

// undoKind is UndoImport for the other kinds.
func (s *Service) undoKind(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, im *Import) error {
	if err := s.may(who, project, im.Kind); err != nil {
		return err
	}
	if err := s.importers[im.Kind].Undo(ctx, tx, who, project, im); err != nil {
		return err
	}
	im.State, im.UndoneBy, im.UndoneAt = ImportUndone, who.Name, tx.Now()
	return updateImport(ctx, tx, project, im)
}
