package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/export"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// The rights of this room. A list also asks for its own right.
const (
	PermExport actor.Permission = "file.export"
	PermWhole  actor.Permission = "file.whole" // everything of a project at once
)

// KindExport marks the files of the download centre.
const KindExport = "export"

// KeepExports is how long a finished export can be downloaded.
const KeepExports = 24 * time.Hour

const (
	quickRows  = 2000      // as many are written while the person waits
	sheetRows  = 1_000_000 // what a spreadsheet can hold, with room for the head
	exportSize = 2 << 30   // bytes of one export
)

// The states of an export.
const (
	ExportWaiting = "waiting"
	ExportReady   = "ready"
	ExportFailed  = "failed"
	ExportExpired = "expired" // its file is gone
)

// What an export is refused for.
var (
	ErrNoOffer  = fault.New(fault.Invalid, "export_unknown", "没有这种导出")
	ErrReason   = fault.New(fault.Invalid, "export_reason", "导出完整号码要写明原因，2–200 个字")
	ErrNotReady = fault.New(fault.Conflict, "export_not_ready", "文件还没生成好，请稍后在下载中心下载")
	ErrExpired  = fault.New(fault.NotFound, "export_expired", "文件已过期删除，请重新导出")
	ErrBeyond   = fault.New(fault.Forbidden, "export_beyond", "这份文件里有您现在不负责的楼栋，请重新导出")
	ErrLapsed   = fault.New(fault.Forbidden, "export_lapsed", "生成时您已没有导出这个列表的权限，请管理员授权后重新导出")
	ErrTooLong  = fault.New(fault.Invalid, "export_too_long", "超过 1,000,000 行，一张表放不下，请加上筛选条件分几次导出")
)

// Export is one table on its way out.
type Export struct {
	ID      id.ID
	Kind    string // key of the offer
	Name    string // of the file
	Query   string
	Clear   bool
	Reason  string
	State   string
	Rows    int
	File    id.ID
	Size    int64 // bytes
	Failure string
	Within  actor.Buildings // what its rows are limited to; nil is the whole project
	By      id.ID
	ByName  string
	At      time.Time
	DoneAt  time.Time // zero while it is being made
}

// Expires is when the file is deleted; zero while it is being made.
func (e *Export) Expires() time.Time {
	if e.DoneAt.IsZero() {
		return time.Time{}
	}
	return e.DoneAt.Add(KeepExports)
}

// Note is one line for the audit log.
type Note struct {
	Project id.ID
	Who     actor.Actor
	Action  string
	Subject id.ID
	Summary string
	After   map[string]any
}

// Offer adds lists that can be exported; app calls it while it builds the house.
func (s *Service) Offer(list ...export.Offer) {
	for _, o := range list {
		s.offers[o.Key] = o
	}
}

// Offers are the keys of everything that can be exported, in order.
func (s *Service) Offers() []string {
	out := make([]string, 0, len(s.offers))
	for key := range s.offers {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// Wish is what a person asks for.
type Wish struct {
	Key    string
	Query  string // the parameters of the page, URL-encoded
	Clear  bool   // phones and ID numbers in clear
	Reason string // why in clear
}

// Export makes a table of a list. Up to 2,000 rows it is ready when this
// returns; more become a job and the table waits in the download centre.
// Errors: ErrNoOffer, ErrReason, export.ErrFilter, actor.ErrForbidden.
func (s *Service) Export(ctx context.Context, who actor.Actor, project id.ID, w Wish) (Export, error) {
	o, ask, err := s.admit(who, project, &w)
	if err != nil {
		return Export{}, err
	}
	e := Export{Kind: o.Key, Query: w.Query, Clear: w.Clear, Reason: w.Reason, State: ExportWaiting, Within: ask.Who.Within(o.Permission, project), By: who.Account, ByName: who.Name}
	now := s.db.Clock().Now()
	e.Name = fileName(o, now)
	content, rows, long, err := s.quick(ctx, o, ask)
	if err != nil {
		return Export{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		e.ID, e.At = tx.NewID(), tx.Now()
		if !long {
			e.State, e.Rows, e.Size, e.DoneAt = ExportReady, rows, content.Size, tx.Now()
			if e.File, err = s.Add(ctx, tx, project, content, e.Name, KindExport, who); err != nil {
				return err
			}
		}
		if err := insertExport(ctx, tx, project, &e); err != nil {
			return err
		}
		s.note(tx, &e, Note{Project: project, Who: who, Action: "file.exported", Subject: e.ID, Summary: "导出" + o.Name + rowWords(&e) + clearWords(&e)})
		if long {
			return s.jobs.Enqueue(ctx, tx, jobExport, jobExport+"/"+e.ID.String(), exportJob{project, e.ID}, 0)
		}
		return nil
	})
	return e, err
}

// rowWords are how many rows left; of a long export its own entry tells when
// they are counted.
func rowWords(e *Export) string {
	if e.State != ExportReady {
		return ""
	}
	return fmt.Sprintf(" %d 行", e.Rows)
}

func clearWords(e *Export) string {
	if !e.Clear {
		return ""
	}
	return "（完整号码，原因：" + e.Reason + "）"
}

func (s *Service) note(tx *db.Tx, e *Export, n Note) {
	if s.record == nil {
		return
	}
	n.After = map[string]any{"kind": e.Kind, "query": e.Query, "clear": e.Clear, "reason": e.Reason, "rows": e.Rows, "state": e.State}
	if !e.Within.Whole() {
		n.After["buildings"] = e.Within
	}
	s.record(tx, n)
}

// admit holds a wish against the rights of who wishes.
func (s *Service) admit(who actor.Actor, project id.ID, w *Wish) (export.Offer, export.Ask, error) {
	o, ok := s.offers[w.Key]
	if !ok {
		return o, export.Ask{}, ErrNoOffer
	}
	who, err := reach(who, project, &o)
	if err != nil {
		return o, export.Ask{}, err
	}
	w.Reason = strings.TrimSpace(w.Reason)
	if w.Clear {
		if o.Clear == "" {
			return o, export.Ask{}, ErrNoOffer.Say("%s里没有打码的号码，不用选完整号码", o.Name)
		}
		if !who.Within(o.Clear, project).Covers(who.Within(o.Permission, project)) {
			return o, export.Ask{}, who.Must(o.Clear, project)
		}
		if n := utf8.RuneCountInString(w.Reason); n < 2 || n > 200 {
			return o, export.Ask{}, ErrReason.At("body.reason", ErrReason.Text, nil)
		}
	}
	query, err := url.ParseQuery(w.Query)
	if err != nil {
		return o, export.Ask{}, export.ErrFilter.Because(err)
	}
	ask := export.Ask{Project: project, Who: who, Query: query, Clear: w.Clear}
	if o.Check != nil {
		err = o.Check(ask)
	}
	return o, ask, err
}

// reach is who exports, with what he may do only where he may export, if that
// is enough for the list. Errors: actor.ErrForbidden, actor.ErrBuildings.
func reach(who actor.Actor, project id.ID, o *export.Offer) (actor.Actor, error) {
	if !who.Somewhere(PermExport, project) {
		return who, who.Must(PermExport, project)
	}
	if !o.Buildings {
		if err := who.Must(o.Permission, project); err != nil {
			return who, err
		}
		return who, who.Must(PermExport, project)
	}
	limited := who.Limit(project, who.Within(PermExport, project))
	if w := limited.Within(o.Permission, project); !w.Whole() && len(w) == 0 {
		return who, who.Must(o.Permission, project)
	}
	return limited, nil
}

// Kind is a list that somebody may take out.
type Kind struct {
	Key, Name string
	Clear     bool // personal data in clear, too, with a reason
}

// Kinds are the lists that somebody may take out of a project, all of it or the
// buildings that he answers for.
func (s *Service) Kinds(who actor.Actor, project id.ID) []Kind {
	out := []Kind{}
	for _, key := range s.Offers() {
		o := s.offers[key]
		if limited, err := reach(who, project, &o); err == nil {
			out = append(out, Kind{key, o.Name, o.Clear != "" && limited.Within(o.Clear, project).Covers(limited.Within(o.Permission, project))})
		}
	}
	return out
}

func fileName(o export.Offer, now time.Time) string {
	suffix := o.Suffix
	if suffix == "" {
		suffix = ".xlsx"
	}
	return o.Name + " " + clock.DateOf(now).String() + suffix
}

var errLong = errors.New("there are more rows")

// first are the first rows of a list; more says that there are further ones.
func first(ctx context.Context, o export.Offer, ask export.Ask, n int) (rows [][]sheet.Value, more bool, err error) {
	rows = make([][]sheet.Value, 0, 64)
	err = o.Rows(ctx, ask, func(cells []sheet.Value) error {
		if len(rows) >= n {
			return errLong
		}
		rows = append(rows, slices.Clone(cells))
		return nil
	})
	if errors.Is(err, errLong) {
		return rows, true, nil
	}
	return rows, false, err
}

// quick writes a short table at once; long reports that it is none.
func (s *Service) quick(ctx context.Context, o export.Offer, ask export.Ask) (c Content, rows int, long bool, err error) {
	if o.Write != nil {
		return c, 0, true, nil
	}
	table, long, err := first(ctx, o, ask, quickRows)
	if err != nil || long {
		return c, 0, long, err
	}
	columns, err := o.Titles(ctx, ask.Project)
	if err != nil {
		return c, 0, false, err
	}
	c, err = s.pour(func(w io.Writer) error {
		return sheet.WriteXLSX(w, []sheet.Sheet{{Name: o.Name, Columns: columns, Rows: sheet.FromSlice(table)}})
	})
	return c, len(table), false, err
}

// pour stores what write writes, without holding it in memory.
func (s *Service) pour(write func(w io.Writer) error) (Content, error) {
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := write(w)
		w.CloseWithError(err)
		done <- err
	}()
	c, err := s.Put(r, exportSize)
	r.CloseWithError(io.ErrClosedPipe)
	if werr := <-done; werr != nil && !errors.Is(werr, io.ErrClosedPipe) {
		return c, werr
	}
	return c, err
}

// Exports lists what the caller has asked for, newest first; nobody else's.
func (s *Service) Exports(ctx context.Context, who actor.Actor, project id.ID, r page.Request) (page.List[Export], error) {
	l, err := listExports(ctx, s.db.Reader(ctx), project, who.Account, r)
	for i := range l.Items {
		s.age(&l.Items[i])
	}
	return l, err
}

// OneExport reads an export of the caller. Error: fault.ErrNotFound.
func (s *Service) OneExport(ctx context.Context, who actor.Actor, project, export id.ID) (Export, error) {
	e, err := oneExport(ctx, s.db.Reader(ctx), project, export)
	if err == nil && e.By != who.Account {
		err = fault.ErrNotFound
	}
	s.age(&e)
	return e, err
}

// age tells a finished export whose time is over, and how far one is that is
// being made here.
func (s *Service) age(e *Export) {
	if e.State == ExportReady && !s.db.Clock().Now().Before(e.Expires()) {
		e.State = ExportExpired
	}
	if v, ok := s.progress.Load(e.ID); ok && e.State == ExportWaiting {
		e.Rows, _ = v.(int)
	}
}

// Download opens a finished export of the caller, who must still have the
// rights it was made with, on all buildings in it. Errors: ErrNotReady,
// ErrExpired, ErrBeyond, actor.ErrForbidden, fault.ErrNotFound.
func (s *Service) Download(ctx context.Context, who actor.Actor, project, export id.ID) (io.ReadCloser, Export, error) {
	e, err := s.OneExport(ctx, who, project, export)
	if err != nil {
		return nil, e, err
	}
	o, ask, err := s.admit(who, project, &Wish{Key: e.Kind, Query: e.Query, Clear: e.Clear, Reason: e.Reason})
	if err != nil {
		return nil, e, err
	}
	if !ask.Who.Within(o.Permission, project).Covers(e.Within) {
		return nil, e, ErrBeyond
	}
	switch e.State {
	case ExportReady:
	case ExportExpired:
		return nil, e, ErrExpired
	default:
		return nil, e, ErrNotReady
	}
	f, _, err := s.Open(ctx, project, e.File)
	if err != nil {
		return nil, e, fmt.Errorf("download export: %w", err)
	}
	return f, e, nil
}

// ForgetExports deletes the files of exports whose time is over.
func (s *Service) ForgetExports(ctx context.Context) error {
	return s.Expire(ctx, KindExport, s.db.Clock().Now().Add(-KeepExports))
}
