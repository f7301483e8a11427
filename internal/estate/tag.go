package estate

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What tags are refused for.
var (
	ErrTagName  = fault.New(fault.Invalid, "tag_name", "标签要写明，最多 12 个字")
	ErrTagTaken = fault.New(fault.Conflict, "tag_taken", "已有这个标签")
	ErrTagGone  = fault.New(fault.Conflict, "tag_retired", "这个标签已停用，请先启用")
	ErrTagMany  = fault.New(fault.Invalid, "tag_many", "一次请选 1–1,000 个")
)

// What tags stick to.
const (
	TagPerson = "person"
	TagRoom   = "room"
)

// Tag is a class or mark of a project's own making: 老人, 残疾, 长租.
type Tag struct {
	ID      id.ID
	Name    string
	Kind    string // person or room
	Active  bool
	Count   int // how many bear it
	Version int
}

func (t *Tag) check() error {
	if t.Name = naming.Clean(t.Name); t.Name == "" || utf8.RuneCountInString(t.Name) > 12 {
		return ErrTagName.At("body.name", ErrTagName.Text, t.Name)
	}
	if t.Kind != TagPerson && t.Kind != TagRoom {
		return ErrKind.At("body.kind", "应为住户或房屋", t.Kind)
	}
	return nil
}

// CreateTag makes a tag. Errors: ErrTagName, ErrKind, ErrTagTaken.
func (s *Service) CreateTag(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, t Tag) (Tag, error) {
	if err := t.check(); err != nil {
		return t, err
	}
	t.ID, t.Active, t.Version = tx.NewID(), true, 1
	if err := insertTag(ctx, tx, project, &t); err != nil {
		return t, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.tag_created", Kind: "tag", Subject: t.ID, Summary: "新建标签 " + t.Name, After: t})
	return t, nil
}

// TagEdit changes the fields that are not nil.
type TagEdit struct {
	Version int
	Name    *string
	Active  *bool
}

// EditTag renames a tag, or takes it out of use and back; who bears it keeps
// it. Errors: as CreateTag, fault.ErrStale, fault.ErrNotFound.
func (s *Service) EditTag(ctx context.Context, tx *db.Tx, who actor.Actor, project, tag id.ID, e TagEdit) (Tag, error) {
	old, err := oneTag(ctx, tx, project, tag)
	if err != nil {
		return old, err
	}
	t := old
	t.Version = e.Version
	assign(&t.Name, e.Name)
	assign(&t.Active, e.Active)
	if err := t.check(); err != nil {
		return t, err
	}
	if err := updateTag(ctx, tx, project, &t); err != nil {
		return t, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.tag_changed", Kind: "tag", Subject: t.ID, Summary: "修改标签 " + t.Name, Before: old, After: t})
	return t, nil
}

// PutTag gives a tag to many or takes it from them, and answers for how many
// that changed something. Errors: ErrTagMany, ErrTagGone, fault.ErrNotFound
// when one of them is not there.
func (s *Service) PutTag(ctx context.Context, tx *db.Tx, who actor.Actor, project, tag id.ID, subjects []id.ID, on bool) (int, error) {
	slices.Sort(subjects)
	subjects = slices.Compact(subjects)
	if len(subjects) == 0 || len(subjects) > 1000 {
		return 0, ErrTagMany
	}
	t, err := oneTag(ctx, tx, project, tag)
	if err != nil {
		return 0, err
	}
	if on && !t.Active {
		return 0, ErrTagGone
	}
	if err := s.reachSubjects(ctx, tx, project, t.Kind, subjects, who.Within(PermWrite, project)); err != nil {
		return 0, err
	}
	n, err := countThere(ctx, tx, project, t.Kind, subjects)
	if err != nil {
		return 0, err
	}
	if n != len(subjects) {
		return 0, fault.ErrNotFound
	}
	changed, err := putTag(ctx, tx, project, tag, subjects, on)
	if err != nil {
		return 0, err
	}
	words := map[bool]string{true: "贴上", false: "去掉"}[on] + "标签 " + t.Name
	return len(changed), s.recordTagged(ctx, tx, who, project, t, changed, on, words)
}

// recordTagged tells the log, and the history of each, what was put on or off.
func (s *Service) recordTagged(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, t Tag, changed []id.ID, on bool, words string) error {
	before, after := map[string]any{"tag": t.Name, "on": !on}, map[string]any{"tag": t.Name, "on": on}
	e := audit.Entry{Project: project, Who: who, Action: "estate.tagged", Kind: t.Kind, Summary: words, Before: before, After: after}
	if len(changed) < 2 {
		for _, x := range changed {
			if e.Subject = x; t.Kind == TagPerson {
				e.Person = x
			}
			s.audit.Record(tx, e)
		}
		return nil
	}
	b := s.audit.Batch(tx, project, words)
	for _, x := range changed {
		if err := b.Add(ctx, tx, audit.Part{Subject: x, Kind: t.Kind, Before: before, After: after}); err != nil {
			return err
		}
	}
	e.Kind, e.Subject, e.Before, e.After = "tag", t.ID, nil, map[string]any{"on": on, "subjects": changed}
	e.Summary = fmt.Sprintf("给 %d 个%s", len(changed), words)
	return b.Record(ctx, tx, e)
}

// Bearer is one room of somebody who bears a tag, or somebody in a room that
// does.
type Bearer struct {
	Tag, Subject, Room, Building, Person id.ID
	Label, Sort                          string // of the room
	Name, PhoneMask                      string // of the person
	Since                                time.Time
}

// BearerFilter says whose bearers: those of tags of one kind; without Subjects,
// of which 500 can be named, all of them.
type BearerFilter struct {
	Kind     string
	Tags     []id.ID
	Subjects []id.ID
	Within   actor.Buildings
}
