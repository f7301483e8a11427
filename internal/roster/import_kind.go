package roster

import (
	"context"
	"errors"

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
	// Undo takes an applied import back inside tx, or says why it cannot be.
	Undo(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, im *Import) error
}

// ImportedSheet is a file that has been read.
type ImportedSheet interface {
	// Plan compares it with what is stored and writes nothing.
	Plan(ctx context.Context, q db.Q, im *Import) (Findings, error)
	// Hold locks what the last Plan, made before tx, rests on, and says whether
	// it still is so.
	Hold(ctx context.Context, tx *db.Tx) (bool, error)
	// Write writes what the last Plan found without problems.
	Write(ctx context.Context, tx *db.Tx, who actor.Actor, im *Import) error
	// Close gives back what the rows lie in.
	Close() error
}

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
		Formulas: t.Formulas, Merged: t.Merged, Facts: f.Facts, Changes: f.Changes[:min(len(f.Changes), maxChanges)]}
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

// writeKind is writeImport for the other kinds. The rows are compared with what
// is stored before the transaction and written in it, so that other commands wait
// for the writing alone.
func (s *Service) writeKind(ctx context.Context, project id.ID, im *Import) (err error) {
	total := im.Rows
	in, err := s.readKind(ctx, project, im, func(done int) { s.progress.set(im.ID, done/2, total) })
	if in != nil {
		defer func() { err = errors.Join(err, in.Close()) }()
	}
	const tries = 3
	moved := err == nil
	for try := 1; moved && err == nil; try++ {
		// Where others change the same things again and again, they wait once.
		moved, err = s.writePlan(ctx, project, im, in, try > tries)
	}
	if refused := refusal(err); refused != nil {
		return s.refuseFor(ctx, project, im, RowError{Message: refused.Text})
	}
	return err
}

// writePlan plans and writes a sheet; within plans inside the transaction. moved
// says that nothing was written, because what the plan rests on has changed.
func (s *Service) writePlan(ctx context.Context, project id.ID, im *Import, in ImportedSheet, within bool) (moved bool, err error) {
	if !within {
		if err := planKind(ctx, s.db.Reader(ctx), im, in); err != nil {
			return false, err
		}
	}
	s.progress.set(im.ID, im.Rows*3/4, im.Rows)
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		moved = false
		if err := s.estate.Lock(ctx, tx, project); err != nil {
			return err
		}
		if err := lockImport(ctx, tx, project, im.ID); err != nil {
			return err
		}
		now, err := oneImport(ctx, tx, project, im.ID)
		if err != nil || now.State != ImportApplying {
			return err
		}
		held := within
		if within {
			err = planKind(ctx, tx, im, in)
		} else {
			held, err = in.Hold(ctx, tx)
		}
		if moved = !held; moved || err != nil {
			return err
		}
		now.Rows, now.Report = im.Rows, im.Report
		who := actor.System(now.ByName)
		who.Account = now.By
		if err := in.Write(ctx, tx, who, &now); err != nil {
			return err
		}
		now.State, now.AppliedAt = ImportApplied, tx.Now()
		if err := updateImport(ctx, tx, project, &now); err != nil {
			return err
		}
		return s.files.Discard(ctx, tx, project, now.File)
	})
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
