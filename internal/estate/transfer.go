package estate

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What a change of hands is refused for.
var (
	ErrTransferDate   = fault.New(fault.Invalid, "transfer_date", "过户日期要晚于现业主的入住日期，最晚一年以内")
	ErrTransferSame   = fault.New(fault.Conflict, "transfer_same_owner", "新业主已是这间房的业主")
	ErrTransferOpen   = fault.New(fault.Conflict, "transfer_planned", "这间房已登记了一次未到日的过户，请先取消它")
	ErrTransferState  = fault.New(fault.Conflict, "transfer_state", "这次过户现在不能这样做，请刷新后再看")
	ErrTransferLater  = fault.New(fault.Conflict, "transfer_later", "这次过户之后，这间房的业主又有变动，不能撤销")
	ErrTransferReason = fault.New(fault.Invalid, "transfer_reason", "请写明原因，2–200 个字")
)

// Where a change of hands stands.
const (
	TransferPlanned   = "planned"   // takes effect on its day
	TransferDone      = "done"      //
	TransferUndone    = "undone"    // taken back after it took effect
	TransferCancelled = "cancelled" // taken back before its day
)

// Transfer is one 过户: from Date on the room belongs to To.
type Transfer struct {
	ID         id.ID
	Room       id.ID
	RoomLabel  string
	From       id.ID // who paid for the room before, 0 when nobody was on file
	FromName   string
	To         id.ID
	ToName     string
	Date       clock.Date // first day of the new owner
	State      string
	MoveWallet bool    // prepaid money goes along; otherwise it stays with From
	Leaving    []id.ID // entries of others than owners that end too
	Note       string
	Problem    string // why it could not take effect yet
	ByID       id.ID
	By         string
	At         time.Time
	DoneAt     time.Time
	UndoneBy   string
	UndoneAt   time.Time
	Reason     string // of undoing
	ended      []endedEntry
	entry      id.ID
}

// endedEntry is an occupant whose time ended with the transfer.
type endedEntry struct {
	Occupant id.ID
	Payer    bool
}

// PlanTransfer checks and stores a change of hands without making it true; see
// EffectTransfer. Errors: ErrTransferDate, ErrTransferSame, ErrTransferOpen,
// ErrNoRoom, fault.ErrNotFound for the person.
func (s *Service) PlanTransfer(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, t Transfer) (Transfer, error) {
	if err := lockRoom(ctx, tx, project, t.Room); err != nil {
		return t, err
	}
	room, err := oneRoom(ctx, tx, project, t.Room)
	if err != nil {
		return t, err
	}
	to, err := onePerson(ctx, tx, project, t.To)
	if err != nil {
		return t, err
	}
	if t.Note = naming.Sentence(t.Note); utf8.RuneCountInString(t.Note) > 200 {
		return t, ErrTransferReason.Say("备注最多 200 个字").At("body.note", "最多 200 个字", nil)
	}
	t.ID, t.RoomLabel, t.From, t.ToName, t.State = tx.NewID(), room.Label, room.Payer, to.Name, TransferPlanned
	t.ByID, t.By, t.At = who.Account, who.Name, tx.Now()
	if t.From != 0 {
		from, err := onePerson(ctx, tx, project, t.From)
		if err != nil {
			return t, err
		}
		t.FromName = from.Name
	}
	if _, err := s.transferEnds(ctx, tx, project, &t); err != nil {
		return t, err
	}
	if err := insertTransfer(ctx, tx, project, &t); err != nil {
		return t, err
	}
	if t.Date > clock.DateOf(tx.Now()) {
		words := t.RoomLabel + " 登记过户：" + t.Date.String() + " 起业主为 " + t.ToName
		return t, s.tell(ctx, tx, who, project, &t, "transfer_planned", words, map[string]any{"payer": t.FromName}, t.From)
	}
	return t, nil
}

// tell records a change of hands; those whom it takes the room from find it in
// their history, too.
func (s *Service) tell(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, t *Transfer, act, words string, before map[string]any, from ...id.ID) error {
	from = slices.DeleteFunc(from, func(p id.ID) bool { return p == 0 || p == t.To })
	e := audit.Entry{Project: project, Who: who, Action: "estate." + act, Kind: "room", Subject: t.Room, Person: t.To, Summary: words, Before: before, After: t.facts()}
	return s.audit.RecordEach(ctx, tx, e, words, len(from), func(i int) audit.Part {
		return audit.Part{Subject: from[i], Kind: "room", Record: t.Room, Before: before, After: t.facts()}
	})
}

// CheckTransfer says whether a room could change hands on a day. Errors: as
// PlanTransfer.
func (s *Service) CheckTransfer(ctx context.Context, q db.Q, project, room, to id.ID, date clock.Date) error {
	if _, err := oneRoom(ctx, q, project, room); err != nil {
		return err
	}
	_, err := s.transferEnds(ctx, q, project, &Transfer{Room: room, To: to, Date: date})
	return err
}

// transferEnds are the entries that end with a transfer: all owners and those
// who leave with them.
func (s *Service) transferEnds(ctx context.Context, q db.Q, project id.ID, t *Transfer) ([]Occupant, error) {
	today := clock.DateOf(s.db.Clock().Now())
	if t.Date <= 19000101 || t.Date > today.AddDays(366) {
		return nil, ErrTransferDate.At("body.date", ErrTransferDate.Text, t.Date)
	}
	last, err := lastTransfer(ctx, q, project, t.Room)
	if err != nil {
		return nil, err
	}
	if last != 0 && last >= t.Date {
		return nil, ErrTransferDate.Say("上一次过户是 %s，这次要晚于它", last).At("body.date", "要晚于上一次过户", t.Date)
	}
	all, err := occupants(ctx, q, project, t.Room, 0, true)
	if err != nil {
		return nil, err
	}
	out := []Occupant{}
	for _, o := range all {
		if o.Part == PartOwner && o.Person.ID == t.To {
			return nil, ErrTransferSame.Say("%s 已是 %s 的业主", o.Person.Name, o.RoomLabel)
		}
		if o.Part != PartOwner && !slices.Contains(t.Leaving, o.ID) {
			continue
		}
		if o.Since >= t.Date {
			return nil, ErrTransferDate.Say("%s 自 %s 起登记在这间房，过户日期要晚于这天", o.Person.Name, o.Since).At("body.date", "要晚于现业主的入住日期", t.Date)
		}
		out = append(out, o)
	}
	return out, nil
}

// EffectTransfer makes a planned change of hands true: the owners' time ends
// the day before, the new owner's begins. It answers who pays now. Errors: as
// PlanTransfer, ErrTransferState.
func (s *Service) EffectTransfer(ctx context.Context, tx *db.Tx, who actor.Actor, project, transfer id.ID) (Transfer, id.ID, error) {
	t, err := oneTransfer(ctx, tx, project, transfer)
	if err != nil {
		return t, 0, err
	}
	if err := lockRoom(ctx, tx, project, t.Room); err != nil {
		return t, 0, err
	}
	if t, err = oneTransfer(ctx, tx, project, transfer); err != nil {
		return t, 0, err
	}
	if t.State != TransferPlanned || t.Date > clock.DateOf(tx.Now()) {
		return t, 0, ErrTransferState
	}
	room, err := oneRoom(ctx, tx, project, t.Room)
	if err != nil {
		return t, 0, err
	}
	ends, err := s.transferEnds(ctx, tx, project, &t)
	if err != nil {
		return t, 0, err
	}
	t.From = room.Payer
	owners, left, shared := []string{}, []id.ID{}, 0
	for _, o := range ends {
		t.ended = append(t.ended, endedEntry{o.ID, o.Payer})
		if o.Part == PartOwner {
			owners, left = append(owners, o.Person.Name), append(left, o.Person.ID)
			shared += o.Share
		}
		if _, err := s.EndOccupant(ctx, tx, who, project, o.ID, t.Date.AddDays(-1)); err != nil {
			return t, 0, err
		}
	}
	next := Occupant{Room: t.Room, Person: Person{ID: t.To}, Part: PartOwner, Since: t.Date}
	if shared > 0 {
		next.Share = WholeShare
	}
	if next, err = s.AddOccupant(ctx, tx, who, project, next); err != nil {
		return t, 0, err
	}
	t.entry, t.State, t.DoneAt, t.Problem = next.ID, TransferDone, tx.Now(), ""
	if err := updateTransfer(ctx, tx, project, &t); err != nil {
		return t, 0, err
	}
	words := t.RoomLabel + " 过户：" + strings.Join(owners, "、") + " → " + t.ToName + "，自 " + t.Date.String() + " 起"
	if err := s.tell(ctx, tx, who, project, &t, "transferred", words, map[string]any{"owners": owners, "payer": t.FromName}, left...); err != nil {
		return t, 0, err
	}
	if room, err = oneRoom(ctx, tx, project, t.Room); err != nil {
		return t, 0, err
	}
	return t, room.Payer, nil
}

func (t *Transfer) facts() map[string]any {
	return map[string]any{"owners": []string{t.ToName}, "date": t.Date, "state": t.State, "move_wallet": t.MoveWallet, "note": t.Note}
}

// UndoTransfer takes the last change of hands of a room back: the entries of
// before last again, the new owner's is gone. Errors: ErrTransferState,
// ErrTransferLater, ErrTransferReason.
func (s *Service) UndoTransfer(ctx context.Context, tx *db.Tx, who actor.Actor, project, transfer id.ID, reason string) (Transfer, error) {
	t, err := s.lockTransfer(ctx, tx, project, transfer, &reason)
	if err != nil {
		return t, err
	}
	if t.State != TransferDone {
		return t, ErrTransferState
	}
	last, err := lastTransfer(ctx, tx, project, t.Room)
	if err != nil {
		return t, err
	}
	entry, err := oneOccupant(ctx, tx, project, t.entry)
	if last != t.Date || err != nil || entry.Until != 0 {
		return t, ErrTransferLater
	}
	if err := deleteOccupant(ctx, tx, project, t.entry); err != nil {
		return t, err
	}
	left := []id.ID{}
	for _, e := range t.ended {
		o, err := oneOccupant(ctx, tx, project, e.Occupant)
		if err != nil {
			return t, err
		}
		if o.Until, o.Payer = 0, e.Payer; o.Part == PartOwner {
			left = append(left, o.Person.ID)
		}
		if err := updateOccupant(ctx, tx, project, &o); err != nil {
			return t, err
		}
	}
	if err := refreshRooms(ctx, tx, project, []id.ID{t.Room}); err != nil {
		return t, err
	}
	return t, s.endTransfer(ctx, tx, who, project, &t, TransferUndone, "撤销过户", reason, left...)
}

// CancelTransfer forgets a change of hands whose day has not come. Errors:
// ErrTransferState, ErrTransferReason.
func (s *Service) CancelTransfer(ctx context.Context, tx *db.Tx, who actor.Actor, project, transfer id.ID, reason string) (Transfer, error) {
	t, err := s.lockTransfer(ctx, tx, project, transfer, &reason)
	if err != nil {
		return t, err
	}
	if t.State != TransferPlanned {
		return t, ErrTransferState
	}
	return t, s.endTransfer(ctx, tx, who, project, &t, TransferCancelled, "取消过户", reason, t.From)
}

func (s *Service) lockTransfer(ctx context.Context, tx *db.Tx, project, transfer id.ID, reason *string) (Transfer, error) {
	*reason = naming.Sentence(*reason)
	if n := utf8.RuneCountInString(*reason); n < 2 || n > 200 {
		return Transfer{}, ErrTransferReason.At("body.reason", ErrTransferReason.Text, nil)
	}
	t, err := oneTransfer(ctx, tx, project, transfer)
	if err != nil {
		return t, err
	}
	if err := lockRoom(ctx, tx, project, t.Room); err != nil {
		return t, err
	}
	return oneTransfer(ctx, tx, project, transfer)
}

func (s *Service) endTransfer(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, t *Transfer, state, verb, reason string, from ...id.ID) error {
	before := t.facts()
	t.State, t.UndoneBy, t.UndoneAt, t.Reason = state, who.Name, tx.Now(), reason
	words := t.RoomLabel + " " + verb + "（" + t.Date.String() + "，" + t.ToName + "）：" + reason
	if err := s.tell(ctx, tx, who, project, t, "transfer_"+state, words, before, from...); err != nil {
		return err
	}
	return updateTransfer(ctx, tx, project, t)
}

// Transfer reads one. Error: fault.ErrNotFound.
func (s *Service) Transfer(ctx context.Context, q db.Q, project, transfer id.ID) (Transfer, error) {
	return oneTransfer(ctx, q, project, transfer)
}

// DueTransfer is a planned change of hands whose day has come.
type DueTransfer struct{ Project, Transfer id.ID }

// PayerChange says who paid for a room until the day before Date.
type PayerChange struct {
	Room id.ID
	Date clock.Date
	From id.ID
}

// Present says which of the rooms' people are something to them now.
func (s *Service) Present(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) (map[id.ID][]id.ID, error) {
	list, err := occupantsOf(ctx, q, project, "room_id", rooms)
	out := map[id.ID][]id.ID{}
	for _, o := range list {
		out[o.Room] = append(out[o.Room], o.Person.ID)
	}
	return out, err
}
