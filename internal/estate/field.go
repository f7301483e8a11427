package estate

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// What fields of own making are refused for.
var (
	ErrField       = fault.New(fault.Invalid, "field_invalid", "自定义字段填写不完整，请按提示修改")
	ErrFieldTaken  = fault.New(fault.Conflict, "field_taken", "已有同名的字段")
	ErrFieldType   = fault.New(fault.Conflict, "field_type", "类型定了就不能改；请停用后新建一个")
	ErrFieldChoice = fault.New(fault.Conflict, "field_choice_used", "有资料用着这个选项，不能删")
	ErrFieldValue  = fault.New(fault.Invalid, "field_value", "内容和字段的类型不符")
)

// The types of fields.
const (
	FieldText   = "text"
	FieldNumber = "number"
	FieldDate   = "date"
	FieldChoice = "choice"
)

const (
	maxFields  = 40  // in use of one kind
	maxChoices = 50  // of one field
	maxValue   = 200 // characters
)

// Field is a field of a project's own making, for rooms or people.
type Field struct {
	ID       id.ID
	Kind     string // person or room
	Name     string
	Type     string
	Choices  []string // of a choice, in their order
	Required bool     // cannot be emptied when the fields of a record are saved
	Sort     int
	Active   bool
	Version  int
}

func (f *Field) check() error {
	refuse := func(field, text string, value any) error { return ErrField.At("body."+field, text, value) }
	if f.Name = naming.Clean(f.Name); f.Name == "" || utf8.RuneCountInString(f.Name) > 20 {
		return refuse("name", "名称要填写，最多 20 个字", f.Name)
	}
	if f.Kind != TagPerson && f.Kind != TagRoom {
		return refuse("kind", "应为住户或房屋", f.Kind)
	}
	if f.Sort < 0 || f.Sort > 1000 {
		return refuse("sort", "次序要在 0–1000 之间", f.Sort)
	}
	switch f.Type {
	case FieldText, FieldNumber, FieldDate:
		f.Choices = nil
		return nil
	case FieldChoice:
	default:
		return refuse("type", "不在可选范围内", f.Type)
	}
	list := []string{}
	for _, c := range f.Choices {
		if c = naming.Clean(c); c != "" && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	f.Choices = list
	if len(list) < 2 || len(list) > maxChoices {
		return refuse("choices", "选项要有 2–50 个，不重复", nil)
	}
	if slices.ContainsFunc(list, func(c string) bool { return utf8.RuneCountInString(c) > 40 }) {
		return refuse("choices", "每个选项最多 40 个字", nil)
	}
	return nil
}

// normal holds a value to the type of the field and puts it in order, so that
// the same value is always the same text; empty stays empty.
func (f *Field) normal(value string) (string, error) {
	value = naming.Clean(value)
	wrong := func(text string) (string, error) {
		return "", ErrFieldValue.Say("%s：%s", f.Name, text).At("body.values."+f.ID.String(), text, value)
	}
	if value == "" {
		return "", nil
	}
	switch f.Type {
	case FieldNumber:
		text, minus := strings.CutPrefix(strings.ReplaceAll(value, "−", "-"), "-")
		n, err := money.ParseQty(text)
		if err != nil {
			return wrong("应为数字，最多四位小数")
		}
		if minus && n != 0 {
			return "-" + n.String(), nil
		}
		return n.String(), nil
	case FieldDate:
		d, err := clock.ParseDate(value)
		if err != nil {
			return wrong("日期应写成 2026-02-03")
		}
		return d.String(), nil
	case FieldChoice:
		if !slices.Contains(f.Choices, value) {
			return wrong("不在可选范围内")
		}
		return value, nil
	}
	if utf8.RuneCountInString(value) > maxValue {
		return wrong("最多 200 个字")
	}
	return value, nil
}

// CreateField makes a field. Errors: ErrField, ErrFieldTaken.
func (s *Service) CreateField(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f Field) (Field, error) {
	if err := f.check(); err != nil {
		return f, err
	}
	all, err := fields(ctx, tx, project, f.Kind)
	if err != nil {
		return f, err
	}
	used := 0
	for _, x := range all {
		if x.Active {
			used++
		}
	}
	if used >= maxFields {
		return f, ErrField.Say("一类资料最多 %d 个在用的字段", maxFields)
	}
	f.ID, f.Active, f.Version = tx.NewID(), true, 1
	if err := insertField(ctx, tx, project, &f); err != nil {
		return f, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.field_created", Kind: "field", Subject: f.ID, Summary: "新建字段 " + f.Name, After: f})
	return f, nil
}

// EditField changes all of a field but its kind and type; what is recorded
// stays. Errors: ErrField, ErrFieldTaken, ErrFieldType, ErrFieldChoice,
// fault.ErrStale, fault.ErrNotFound.
func (s *Service) EditField(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, f Field) (Field, error) {
	old, err := lockField(ctx, tx, project, f.ID)
	if err != nil {
		return f, err
	}
	if old.Version != f.Version {
		return f, fault.ErrStale
	}
	if f.Kind != old.Kind || f.Type != old.Type {
		return f, ErrFieldType
	}
	if err := f.check(); err != nil {
		return f, err
	}
	for _, c := range old.Choices {
		if slices.Contains(f.Choices, c) {
			continue
		}
		if used, err := valueUsed(ctx, tx, project, f.ID, c); err != nil || used {
			if err == nil {
				err = ErrFieldChoice.Say("有资料用着选项“%s”，不能删", c)
			}
			return f, err
		}
	}
	f.Version++
	if err := updateField(ctx, tx, project, &f); err != nil {
		return f, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "estate.field_changed", Kind: "field", Subject: f.ID, Summary: "修改字段 " + f.Name, Before: old, After: f})
	return f, nil
}

// Fields lists the fields of a kind in their order, those in use first; kind
// empty means all.
func (s *Service) Fields(ctx context.Context, q db.Q, project id.ID, kind string) ([]Field, error) {
	return fields(ctx, q, project, kind)
}

// Value is what a record says in a field.
type Value struct {
	Field Field
	Text  string // in normal form, empty when nothing is recorded
}

// Values are the fields in use of a record with what they say. Errors:
// ErrNoRoom, fault.ErrNotFound.
func (s *Service) Values(ctx context.Context, q db.Q, project id.ID, kind string, subject id.ID) ([]Value, error) {
	if _, err := s.subject(ctx, q, project, kind, subject); err != nil {
		return nil, err
	}
	list, err := activeFields(ctx, q, project, kind)
	if err != nil {
		return nil, err
	}
	texts, err := valuesOf(ctx, q, project, subject)
	if err != nil {
		return nil, err
	}
	return each(list, func(f Field) Value { return Value{f, texts[f.ID]} }), nil
}

// activeFields are the fields in use of a kind, in their order.
func activeFields(ctx context.Context, q db.Q, project id.ID, kind string) ([]Field, error) {
	all, err := fields(ctx, q, project, kind)
	return slices.DeleteFunc(all, func(f Field) bool { return !f.Active }), err
}

// subject is the name of a room or person.
func (s *Service) subject(ctx context.Context, q db.Q, project id.ID, kind string, subject id.ID) (string, error) {
	if kind == TagRoom {
		r, err := oneRoom(ctx, q, project, subject)
		return r.Label, err
	}
	p, err := onePerson(ctx, q, project, subject)
	return p.Name, err
}

// NewValue is a value that takes the place of the one that was seen.
type NewValue struct {
	Field      id.ID
	Seen, Text string
}

// SetValues writes what a record says in fields of own making; those not
// named stay, one that is required may not be left empty. Errors:
// ErrFieldValue, fault.ErrStale when another one stands there than was seen,
// ErrNoRoom, fault.ErrNotFound.
func (s *Service) SetValues(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, kind string, subject id.ID, list []NewValue) ([]Value, error) {
	if err := lockSubject(ctx, tx, project, kind, subject); err != nil {
		return nil, err
	}
	name, err := s.subject(ctx, tx, project, kind, subject)
	if err != nil {
		return nil, err
	}
	old, err := s.Values(ctx, tx, project, kind, subject)
	if err != nil {
		return nil, err
	}
	before, after := map[string]any{}, map[string]any{}
	for _, n := range list {
		i := slices.IndexFunc(old, func(v Value) bool { return v.Field.ID == n.Field })
		if i < 0 {
			return nil, fault.ErrNotFound
		}
		v := &old[i]
		if v.Text != n.Seen {
			return nil, fault.ErrStale
		}
		text, err := v.Field.normal(n.Text)
		if err != nil {
			return nil, err
		}
		if text == v.Text {
			continue
		}
		before[v.Field.Name], after[v.Field.Name] = v.Text, text
		if err := putValue(ctx, tx, project, v.Field.ID, subject, text); err != nil {
			return nil, err
		}
		v.Text = text
	}
	for _, v := range old {
		if v.Field.Required && v.Text == "" {
			return nil, ErrFieldValue.Say("%s 必须填写", v.Field.Name).At("body.values."+v.Field.ID.String(), "必须填写", nil)
		}
	}
	if len(after) == 0 {
		return old, nil
	}
	e := audit.Entry{Project: project, Who: who, Action: "estate.values_changed", Kind: kind, Subject: subject, Summary: "修改 " + name + " 的其他资料",
		Before: before, After: after}
	if kind == TagPerson {
		e.Person = subject
	}
	s.audit.Record(tx, e)
	return old, nil
}

// FieldFilter asks for records that say exactly this in a field.
type FieldFilter struct {
	Field id.ID
	Text  string
}

// normal puts the value asked for in the form in which it is stored; what
// cannot be one finds nothing.
func (f *FieldFilter) normal(ctx context.Context, q db.Q, project id.ID) error {
	if f.Field == 0 {
		return nil
	}
	field, err := oneField(ctx, q, project, f.Field)
	if err != nil {
		return err
	}
	text, err := field.normal(f.Text)
	if err == nil {
		f.Text = text
	}
	return nil
}
