package roster

import (
	"context"
	"io"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// KindRoster is the import of rooms and people, and the kind under which the
// files of all imports are kept.
const KindRoster = "roster"

// The states of an import.
const (
	ImportChecking = "checking" // every row is being read and compared
	ImportReady    = "ready"    // without errors; waits for 导入
	ImportRefused  = "refused"  // has errors; nothing was written
	ImportApplying = "applying"
	ImportApplied  = "applied"
	ImportFailed   = "failed" // the machine gave up; can be continued
	ImportUndone   = "undone" // taken back
)

// What to do with hidden rows; asked when a file has any.
const (
	HiddenAsk     = ""
	HiddenInclude = "include"
	HiddenSkip    = "skip"
)

// What an import is refused for.
var (
	ErrNotReady  = fault.New(fault.Conflict, "import_not_ready", "这份文件还没检查完，或有错误，不能导入")
	ErrHidden    = fault.New(fault.Conflict, "import_hidden", "文件里有隐藏的行或列，请选择一起导入还是跳过")
	ErrNotFailed = fault.New(fault.Conflict, "import_not_failed", "这次导入没有中断，不用继续")
	ErrFormulas  = fault.New(fault.Conflict, "import_formulas", "文件里有公式，将使用表格里显示的值，请确认")
)

// Import is one uploaded file on its way into the database.
type Import struct {
	ID        id.ID
	Kind      string
	File      id.ID
	FileName  string
	Hash      string // SHA-256 of the file
	State     string
	Rows      int
	Report    Report
	Errors    int
	Hidden    string
	By        id.ID
	ByName    string
	At        time.Time
	AppliedAt time.Time

	FailedFrom string // the state it failed in
	Failure    string
	UndoneBy   string
	UndoneAt   time.Time
}

// StartImport is StartImportOf for a roster.
func (s *Service) StartImport(ctx context.Context, who actor.Actor, project id.ID, name string, r io.Reader) (Import, error) {
	return s.StartImportOf(ctx, who, project, KindRoster, name, r)
}

// StartImportOf stores the file and has it checked. The same file again while
// the first is open is that import, checked anew. Errors: file.ErrTooLarge,
// file.ErrEmpty, ErrImportKind.
func (s *Service) StartImportOf(ctx context.Context, who actor.Actor, project id.ID, kind, name string, r io.Reader) (Import, error) {
	if err := s.may(who, project, kind); err != nil {
		return Import{}, err
	}
	content, err := s.files.Put(r, sheet.DefaultLimits().FileBytes)
	if err != nil {
		return Import{}, err
	}
	var im Import
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.estate.Lock(ctx, tx, project); err != nil {
			return err
		}
		if _, err := s.estate.Project(ctx, tx, project); err != nil {
			return err
		}
		open, err := openImport(ctx, tx, project, kind, content.SHA256)
		if err != nil {
			return err
		}
		if open != nil {
			if err := lockImport(ctx, tx, project, open.ID); err != nil {
				return err
			}
			if im, err = oneImport(ctx, tx, project, open.ID); err != nil {
				return err
			}
			return s.resume(ctx, tx, project, &im)
		}
		im = Import{ID: tx.NewID(), Kind: kind, FileName: sheet.PlainName(name), Hash: content.SHA256, State: ImportChecking, By: who.Account, ByName: who.Name, At: tx.Now()}
		if im.File, err = s.files.Add(ctx, tx, project, content, name, KindRoster, who); err != nil {
			return err
		}
		if err := insertImport(ctx, tx, project, &im); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, jobCheck, project, im.ID)
	})
	return im, err
}

// resume sets an open import going again: after a retry, a double click, or
// a change of the database since it was checked.
func (s *Service) resume(ctx context.Context, tx *db.Tx, project id.ID, im *Import) error {
	if im.State == ImportApplying {
		return s.enqueue(ctx, tx, jobApply, project, im.ID)
	}
	if im.State == ImportApplied {
		return nil
	}
	if im.State == ImportChecking {
		return s.enqueue(ctx, tx, jobCheck, project, im.ID)
	}
	im.State = ImportChecking
	if err := updateImport(ctx, tx, project, im); err != nil {
		return err
	}
	// Without a key: the job of the last check may not have ended yet, and would
	// swallow this one.
	return s.jobs.Enqueue(ctx, tx, jobCheck, "", importJob{project, im.ID}, 0)
}

// ContinueImport sets an import going again whose job gave up. Errors:
// ErrNotFailed, fault.ErrNotFound.
func (s *Service) ContinueImport(ctx context.Context, who actor.Actor, project, imp id.ID) (Import, error) {
	var im Import
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err := s.estate.Lock(ctx, tx, project); err != nil {
			return err
		}
		if err := lockImport(ctx, tx, project, imp); err != nil {
			return err
		}
		if im, err = oneImport(ctx, tx, project, imp); err != nil {
			return err
		}
		if err := s.may(who, project, im.Kind); err != nil {
			return err
		}
		if im.State != ImportFailed {
			return ErrNotFailed
		}
		open, err := openImport(ctx, tx, project, im.Kind, im.Hash)
		if err != nil {
			return err
		}
		if open != nil {
			return ErrNotFailed.Say("这份文件已经重新上传，请打开新的那次导入")
		}
		im.State, im.FailedFrom, im.Failure = im.FailedFrom, "", ""
		if err := updateImport(ctx, tx, project, &im); err != nil {
			return err
		}
		return s.resume(ctx, tx, project, &im)
	})
	return im, err
}

// fail marks an import whose job gave up, so that nobody waits for it.
func (s *Service) fail(ctx context.Context, project, imp id.ID) error {
	im, err := oneImport(ctx, s.db.Reader(ctx), project, imp)
	if err != nil {
		return err
	}
	if kind, ok := s.importers[im.Kind]; ok && !im.written() {
		if err := kind.Drop(ctx, project, imp); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockImport(ctx, tx, project, imp); err != nil {
			return err
		}
		im, err := oneImport(ctx, tx, project, imp)
		if err != nil || im.State != ImportChecking && im.State != ImportApplying {
			return err
		}
		im.FailedFrom, im.State, im.Failure = im.State, ImportFailed, "没能做完，一行也没有写入。可以继续；仍不行请告诉管理员"
		if im.written() {
			im.Failure = "内容已写好，最后一步没做完。请点继续，不会重复；仍不行请告诉管理员"
		}
		return updateImport(ctx, tx, project, &im)
	})
}

// ApplyOptions are the answers to what a file made us ask.
type ApplyOptions struct {
	Hidden   string // HiddenInclude or HiddenSkip
	Formulas bool   // use the values that Excel has cached
	Faulty   bool   // leave the rows out that have a fault
}

// ApplyImport has a checked file written, all of it or nothing; of a refused one
// the rows without a fault, when that is said. Asking twice is asking once.
// Errors: ErrNotReady, ErrNoGoodRows, ErrHidden, ErrFormulas, fault.ErrNotFound.
func (s *Service) ApplyImport(ctx context.Context, who actor.Actor, project, imp id.ID, o ApplyOptions) (Import, error) {
	var im Import
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err := lockImport(ctx, tx, project, imp); err != nil {
			return err
		}
		if im, err = oneImport(ctx, tx, project, imp); err != nil {
			return err
		}
		if err := s.may(who, project, im.Kind); err != nil {
			return err
		}
		if im.State == ImportApplying || im.State == ImportApplied {
			return nil
		}
		switch {
		case im.State == ImportRefused && o.Faulty:
			if err := im.leaveFaulty(); err != nil {
				return err
			}
		case im.State != ImportReady:
			return ErrNotReady
		}
		rows, columns := im.Report.HiddenRows, len(im.Report.HiddenColumns)
		if rows+columns > 0 && o.Hidden != HiddenInclude && o.Hidden != HiddenSkip {
			return ErrHidden.Say("文件里有 %d 行、%d 列是隐藏的，请选择一起导入还是跳过", rows, columns)
		}
		if columns > 0 && o.Hidden == HiddenSkip && rows == 0 {
			return ErrHidden.Say("隐藏的列不能跳过，请取消隐藏或删去这些列后再传")
		}
		if im.Report.Formulas > 0 && !o.Formulas {
			return ErrFormulas.Say("文件里有 %d 个公式，将使用表格里显示的值，请确认", im.Report.Formulas)
		}
		im.State, im.Hidden = ImportApplying, o.Hidden
		if err := updateImport(ctx, tx, project, &im); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, jobApply, project, im.ID)
	})
	return im, err
}

// Import reads one. Error: fault.ErrNotFound.
func (s *Service) Import(ctx context.Context, q db.Q, project, imp id.ID) (Import, error) {
	return oneImport(ctx, q, project, imp)
}

// Imports lists imports, newest first.
func (s *Service) Imports(ctx context.Context, project id.ID, r page.Request) (page.List[Import], error) {
	return listImports(ctx, s.db.Reader(ctx), project, r)
}

// ImportsOf lists imports of some kinds, newest first.
func (s *Service) ImportsOf(ctx context.Context, project id.ID, kinds []string, r page.Request) (page.List[Import], error) {
	return listImports(ctx, s.db.Reader(ctx), project, r, kinds...)
}

// ImportErrors lists what is wrong with a file, in its order.
func (s *Service) ImportErrors(ctx context.Context, project, imp id.ID, r page.Request) (page.List[RowError], error) {
	q := s.db.Reader(ctx)
	if _, err := oneImport(ctx, q, project, imp); err != nil {
		return page.List[RowError]{}, err
	}
	return listErrors(ctx, q, project, imp, r)
}
