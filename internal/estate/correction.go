package estate

import (
	"context"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// The rights of corrections 更正申请.
const (
	PermAsk     actor.Permission = "estate.ask"     // record what somebody asks to have corrected
	PermCorrect actor.Permission = "estate.correct" // approve or refuse it
)

// What corrections are refused for.
var (
	ErrCorrection      = fault.New(fault.Invalid, "correction_invalid", "更正申请填写不完整，请按提示修改")
	ErrCorrectionSame  = fault.New(fault.Conflict, "correction_same", "登记的已经是这个内容，不用更正")
	ErrCorrectionMoved = fault.New(fault.Conflict, "correction_moved", "申请之后资料已被改过，请核对后退回，需要的话重新申请")
	ErrCorrectionDone  = fault.New(fault.Conflict, "correction_decided", "这条申请已经处理过")
)

// The states of corrections.
const (
	CorrectionOpen     = "open"
	CorrectionApproved = "approved"
	CorrectionRefused  = "refused"
)

// CorrectionWays are the ways in which somebody asks.
func CorrectionWays() Words {
	return Words{{"visit", "到访"}, {"phone", "电话"}, {"message", "微信或短信"}, {"letter", "书面"}, {"staff", "员工发现"}}
}

// Correction is a request to change one field of a person or room. Phones and
// ID numbers are masked here.
type Correction struct {
	ID        id.ID
	Kind      string // person or room
	Subject   id.ID
	Label     string // its name now
	Field     string
	Old, New  string // as entered: 138****5678, 89.50, rented
	AskedBy   string // who asked
	Way       string
	Reason    string
	State     string
	Note      string // why it was decided so
	ByID      id.ID
	By        string // of the staff who recorded it
	At        time.Time
	DecidedBy string
	DecidedAt time.Time
	Version   int
	sealed    string // the new phone or ID number
}

func (c *Correction) check() error {
	c.AskedBy, c.Reason, c.New = naming.Sentence(c.AskedBy), naming.Sentence(c.Reason), naming.Clean(c.New)
	if n := utf8.RuneCountInString(c.AskedBy); n == 0 || n > naming.MaxName {
		return ErrCorrection.At("body.asked_by", "请写明是谁提出的，最多 60 个字", nil)
	}
	if !CorrectionWays().has(c.Way) {
		return ErrCorrection.At("body.way", "不在可选范围内", c.Way)
	}
	if n := utf8.RuneCountInString(c.Reason); n < 2 || n > 200 {
		return ErrCorrection.At("body.reason", "请写明原因，2–200 个字", nil)
	}
	return nil
}

// current is what stands in the field now, as Correction.Old shows it, and the
// version of its record.
func (s *Service) current(ctx context.Context, q db.Q, project id.ID, c *Correction) (value string, version int, err error) {
	if c.Kind == TagRoom {
		r, err := oneRoom(ctx, q, project, c.Subject)
		if err != nil {
			return "", 0, err
		}
		c.Label = r.Label
		value, ok := r.field(c.Field)
		if !ok {
			return "", 0, ErrCorrection.At("body.field", "不在可选范围内", c.Field)
		}
		return value, r.Version, nil
	}
	p, err := onePerson(ctx, q, project, c.Subject)
	if err != nil {
		return "", 0, err
	}
	c.Label = p.Name
	fields := map[string]string{"name": p.Name, "phone": p.PhoneMask, "id_number": p.IDMask, "email": p.Email, "gender": p.Gender}
	value, ok := fields[c.Field]
	if !ok {
		return "", 0, ErrCorrection.At("body.field", "不在可选范围内", c.Field)
	}
	return value, p.Version, nil
}

// field is a field of the room in the words of a correction.
func (r *Room) field(name string) (string, bool) {
	known := func(there bool, text string) string {
		if !there {
			return ""
		}
		return text
	}
	value, ok := map[string]string{
		"area": known(r.Area != 0, r.Area.String()), "inner_area": known(r.InnerArea != 0, r.InnerArea.String()), "floor": known(r.Floor != 0, strconv.Itoa(r.Floor)),
		"layout": r.Layout, "state": r.State, "handover": r.Handover.String(),
	}[name]
	return value, ok
}

// edit turns the new value into a change of the room.
func (c *Correction) edit(version int, value string) (RoomEdit, error) {
	e := RoomEdit{Version: version}
	wrong := func(text string) error { return ErrCorrection.At("body.new_value", text, value) }
	switch c.Field {
	case "area", "inner_area":
		a, err := money.ParseArea(value)
		if money.NegativeArea(value) || err == nil && a == 0 {
			return e, wrong("面积要大于 0，例如 89.50")
		}
		if err != nil || !AreaOK(a) {
			return e, wrong("面积应为数字，最多两位小数，例如 89.50")
		}
		if c.Field == "area" {
			e.Area = &a
		} else {
			e.InnerArea = &a
		}
	case "floor":
		n, err := strconv.Atoi(value)
		if err != nil || n == 0 || n < MinFloor || n > MaxFloor {
			return e, wrong("楼层应为 -20 到 300 的整数，0 不用")
		}
		e.Floor = &n
	case "layout":
		if utf8.RuneCountInString(value) > naming.MaxName {
			return e, wrong("户型最多 60 个字")
		}
		e.Layout = &value
	case "state":
		if !RoomStates().has(value) {
			return e, wrong("不在可选范围内")
		}
		e.State = &value
	case "handover":
		d, err := clock.ParseDate(value)
		if err != nil {
			return e, wrong("日期应写成 2026-02-03")
		}
		e.Handover = &d
	}
	return e, nil
}

// checkNew holds the new value to the rules of its field and puts it in order;
// a phone or ID number is sealed and only its mask stays readable.
func (s *Service) checkNew(ctx context.Context, q db.Q, project id.ID, c *Correction) error {
	if c.New == "" {
		return ErrCorrection.At("body.new_value", "请写明应改成什么", nil)
	}
	if c.Kind == TagRoom {
		e, err := c.edit(0, c.New)
		if err != nil {
			return err
		}
		for _, a := range []*money.Area{e.Area, e.InnerArea} {
			if a != nil {
				c.New = a.String()
			}
		}
		return nil
	}
	p, err := sealedOne(ctx, q, project, c.Subject)
	if err != nil {
		return err
	}
	in, err := s.open(project, p)
	if err != nil {
		return err
	}
	to := map[string]*string{"name": &in.Name, "phone": &in.Phone, "id_number": &in.IDNumber, "email": &in.Email, "gender": &in.Gender}[c.Field]
	before := *to
	*to = c.New
	if err := in.Check(); err != nil {
		if f := fault.As(err); f != nil {
			return ErrCorrection.At("body.new_value", f.Text, nil)
		}
		return err
	}
	if c.New = *to; c.New == before {
		return ErrCorrectionSame
	}
	mask := map[string]func(string) string{"phone": crypt.MaskPhone, "id_number": crypt.MaskID}[c.Field]
	if mask == nil {
		return nil
	}
	c.sealed, err = s.ring.Seal(c.New, c.place(project))
	c.New = mask(c.New)
	return err
}

func (c *Correction) place(project id.ID) string {
	return "estate_correction/new/" + project.String() + "/" + c.ID.String()
}

// AskCorrection records what somebody asks to have corrected. Errors:
// ErrCorrection, ErrCorrectionSame, ErrNoRoom, fault.ErrNotFound.
func (s *Service) AskCorrection(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, c Correction) (Correction, error) {
	if err := c.check(); err != nil {
		return c, err
	}
	var err error
	c.ID = tx.NewID()
	if c.Old, _, err = s.current(ctx, tx, project, &c); err != nil {
		return c, err
	}
	if err := s.checkNew(ctx, tx, project, &c); err != nil {
		return c, err
	}
	if c.sealed == "" && c.Old == c.New {
		return c, ErrCorrectionSame
	}
	c.State, c.Version, c.ByID, c.By, c.At = CorrectionOpen, 1, who.Account, who.Name, tx.Now()
	if err := insertCorrection(ctx, tx, project, &c); err != nil {
		return c, err
	}
	s.noteCorrection(tx, who, project, "estate.correction_asked", "登记更正申请："+c.Label, nil, &c)
	return c, nil
}

// DecideCorrection approves a correction, which applies it with its history,
// or refuses it. Errors: ErrReason without a note, ErrCorrectionDone,
// ErrCorrectionMoved, fault.ErrStale, and what the change itself is refused for.
func (s *Service) DecideCorrection(ctx context.Context, tx *db.Tx, who actor.Actor, project, correction id.ID, version int, approve bool, note string) (Correction, error) {
	note = naming.Sentence(note)
	if n := utf8.RuneCountInString(note); n < 2 || n > 200 {
		return Correction{}, ErrReason.Say("请写明处理的依据，2–200 个字").At("body.note", "请写明处理的依据，2–200 个字", nil)
	}
	old, err := lockCorrection(ctx, tx, project, correction)
	if err != nil {
		return old, err
	}
	if err := s.reachSubjects(ctx, tx, project, old.Kind, []id.ID{old.Subject}, who.Within(PermCorrect, project)); err != nil {
		return Correction{}, beside(err)
	}
	if old.State != CorrectionOpen {
		return old, ErrCorrectionDone
	}
	if old.Version != version {
		return old, fault.ErrStale
	}
	c := old
	c.State, c.Note, c.DecidedBy, c.DecidedAt, c.Version = CorrectionRefused, note, who.Name, tx.Now(), old.Version+1
	action, verb := "estate.correction_refused", "退回更正申请："
	if approve {
		c.State, action, verb = CorrectionApproved, "estate.correction_approved", "批准更正申请："
		if err := s.apply(ctx, tx, who, project, &c); err != nil {
			return c, err
		}
	}
	if err := updateCorrection(ctx, tx, project, &c); err != nil {
		return c, err
	}
	s.noteCorrection(tx, who, project, action, verb+c.Label, &old, &c)
	return c, nil
}

// beside answers a correction of another building like one that is not there.
func beside(err error) error {
	if errors.Is(err, ErrNoRoom) {
		return fault.ErrNotFound
	}
	return err
}

// apply makes the change by the same command as a change by hand, so that it
// leaves the same history.
func (s *Service) apply(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, c *Correction) error {
	now, version, err := s.current(ctx, tx, project, c)
	if err != nil {
		return err
	}
	if now != c.Old {
		return ErrCorrectionMoved
	}
	if c.Kind == TagRoom {
		e, err := c.edit(version, c.New)
		if err == nil {
			_, err = s.EditRoom(ctx, tx, who, project, c.Subject, e)
		}
		return err
	}
	value := c.New
	if c.sealed != "" {
		if value, err = s.ring.Open(c.sealed, c.place(project)); err != nil {
			return err
		}
	}
	e := PersonEdit{Version: version}
	*map[string]**string{"name": &e.Name, "phone": &e.Phone, "id_number": &e.IDNumber, "email": &e.Email, "gender": &e.Gender}[c.Field] = &value
	_, err = s.EditPerson(ctx, tx, who, project, c.Subject, e)
	return err
}

func (s *Service) noteCorrection(tx *db.Tx, who actor.Actor, project id.ID, action, summary string, before, after *Correction) {
	e := audit.Entry{Project: project, Who: who, Action: action, Kind: after.Kind, Subject: after.Subject, Summary: summary, After: after.facts()}
	if before != nil {
		e.Before = before.facts()
	}
	if after.Kind == TagPerson {
		e.Person = after.Subject
	}
	s.audit.Record(tx, e)
}

func (c *Correction) facts() map[string]any {
	return map[string]any{"field": c.Field, "old": c.Old, "new": c.New, "asked_by": c.AskedBy, "way": c.Way, "reason": c.Reason, "state": c.State, "note": c.Note}
}

// CorrectionFilter narrows the list of corrections; what is empty does not.
type CorrectionFilter struct {
	page.Request
	State, Kind string
	Subject     id.ID
	Within      actor.Buildings // of rooms there and of people who live there now
}

// Corrections lists corrections, the latest first.
func (s *Service) Corrections(ctx context.Context, q db.Q, project id.ID, f CorrectionFilter) (page.List[Correction], error) {
	return listCorrections(ctx, q, project, f)
}
