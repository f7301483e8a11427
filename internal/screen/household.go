package screen

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/correction"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/notify"
)

// HouseholdRoom is one room of the household with what it owes.
type HouseholdRoom struct {
	estate.Room
	Owed, Overdue money.Fen
}

// Household is everything about one household on one page.
type Household struct {
	Room       estate.Room
	Payer      *estate.Person
	People     []estate.Occupant
	Rooms      []HouseholdRoom
	Owed       money.Fen
	Overdue    money.Fen // part of Owed whose due day has passed
	Prepaid    money.Fen
	Aside      []cashier.Aside // of Prepaid, what may pay one fee item only
	Year       int
	PaidYear   money.Fen
	PaidByItem []cashier.ItemSum
	Receipts   int // valid ones of the year
	Open       []billing.Charge
	Late       map[id.ID]money.Fen // late fees left of today, by charge
	Former     []FormerDebt
	Transfers  []estate.Transfer
	Timeline   []Event
	Tags       map[id.ID][]estate.Tag // in use, of the people and of Room
	Today      clock.Date
}

// Event is one thing that happened to the household.
type Event struct {
	Kind   string // receipt, void, overdue, dunning, message, change
	At     time.Time
	Title  string
	Text   string
	By     string
	Amount money.Fen // 0 when no money moved
	Ref    id.ID     // receipt, or 0
}

const timelineLength = 40

// Household reads the page of a room's household. Changes of records are part
// of it only for those who may read the log; rooms outside of the buildings that
// who is limited to are left out. Error: estate.ErrNoRoom.
func (s *Service) Household(ctx context.Context, who actor.Actor, project, room id.ID) (*Household, error) {
	q := s.db.Reader(ctx)
	base, err := s.estate.Household(ctx, q, project, room)
	if err != nil {
		return nil, fmt.Errorf("household: %w", err)
	}
	within := who.Within(estate.PermRead, project)
	if !within.Has(base.Room.Building) {
		return nil, fmt.Errorf("household: %w", estate.ErrNoRoom)
	}
	base.Rooms = slices.DeleteFunc(base.Rooms, func(r estate.Room) bool { return !within.Has(r.Building) })
	h := &Household{Room: base.Room, Payer: base.Payer, People: base.People, Today: clock.DateOf(s.db.Clock().Now())}
	rooms := make([]id.ID, len(base.Rooms))
	for i, r := range base.Rooms {
		rooms[i] = r.ID
		h.Rooms = append(h.Rooms, HouseholdRoom{Room: r})
	}
	if err := s.addOpen(ctx, q, project, h, rooms); err != nil {
		return nil, err
	}
	h.sumOpen()
	bearers := []id.ID{h.Room.ID}
	for i := range h.People {
		bearers = append(bearers, h.People[i].Person.ID)
	}
	if h.Tags, err = s.estate.TagsOf(ctx, q, project, bearers); err != nil {
		return nil, err
	}
	if err := s.addLate(ctx, q, project, h, rooms); err != nil {
		return nil, err
	}
	if base.Payer != nil {
		if h.Prepaid, err = s.payment.Balance(ctx, q, project, base.Payer.ID, rooms); err != nil {
			return nil, err
		}
		if h.Aside, err = s.cashier.Aside(ctx, q, project, base.Payer.ID, rooms); err != nil {
			return nil, fmt.Errorf("household: %w", err)
		}
	}
	h.Year = h.Today.Year()
	first := clock.Date(h.Year*10000 + 101)
	if h.PaidByItem, h.Receipts, err = s.cashier.PaidFor(ctx, q, project, rooms, first, h.Today); err != nil {
		return nil, err
	}
	for _, x := range h.PaidByItem {
		h.PaidYear += x.Amount
	}
	return h, s.timeline(ctx, who, project, h)
}

func (s *Service) addLate(ctx context.Context, q db.Q, project id.ID, h *Household, rooms []id.ID) error {
	fees, err := s.late.Fees(ctx, q, project, rooms, h.Today)
	if err != nil {
		return fmt.Errorf("household: %w", err)
	}
	h.Late = map[id.ID]money.Fen{}
	for i := range fees {
		h.Late[fees[i].Charge.ID] = fees[i].Left()
	}
	return nil
}

func (h *Household) sumOpen() {
	for _, c := range h.Open {
		h.Owed += c.Owed()
		late := c.Due < h.Today
		if late {
			h.Overdue += c.Owed()
		}
		for i := range h.Rooms {
			if h.Rooms[i].ID == c.Subject {
				h.Rooms[i].Owed += c.Owed()
				if late {
					h.Rooms[i].Overdue += c.Owed()
				}
			}
		}
	}
}

func (s *Service) timeline(ctx context.Context, who actor.Actor, project id.ID, h *Household) error {
	seen := map[id.ID]bool{}
	for _, r := range h.Rooms {
		list, err := s.cashier.Receipts(ctx, project, cashier.Filter{Room: r.ID, Within: who.Within(estate.PermRead, project), Request: page.Request{Limit: timelineLength}})
		if err != nil {
			return err
		}
		for i := range list.Items {
			if x := &list.Items[i]; !seen[x.ID] {
				seen[x.ID] = true
				h.addReceipt(x)
			}
		}
	}
	h.addOverdue()
	if err := s.addAmended(ctx, who, project, h); err != nil {
		return err
	}
	if who.Can(audit.PermRead, project) {
		if err := s.addChanges(ctx, project, h); err != nil {
			return err
		}
	}
	if h.Payer != nil && s.notify != nil && who.Can(notify.PermRead, project) {
		if err := s.addMessages(ctx, project, h); err != nil {
			return err
		}
	}
	slices.SortStableFunc(h.Timeline, func(a, b Event) int { return b.At.Compare(a.At) })
	h.Timeline = h.Timeline[:min(len(h.Timeline), timelineLength)]
	return nil
}

func (h *Household) addReceipt(r *cashier.Receipt) {
	methods := ""
	for i, p := range r.Pays {
		if i > 0 {
			methods += "、"
		}
		methods += p.Method.Name()
	}
	text := fmt.Sprintf("%s，%s。收据 %s", spanOf(r.Lines), methods, r.Number)
	if r.ToPrepay > 0 {
		text = fmt.Sprintf("%s，其中 %s 存入预存", text, r.ToPrepay.Comma())
	}
	if r.Rounded > 0 {
		text = fmt.Sprintf("%s，抹零 %s", text, r.Rounded.Comma())
	}
	title := "缴费 " + r.Amount.Comma()
	if r.Deposit > 0 {
		title, text = "交"+r.DepositName+" "+r.Amount.Comma(), methods+"。收据 "+r.Number
	}
	if r.Red() {
		title, text = "退款 "+(-r.Amount).Comma(), methods+"。红字收据 "+r.Number
		if r.RedOfNumber != "" {
			text += "，冲 " + r.RedOfNumber
		}
	}
	if r.ReversedBy != 0 {
		title += "（已红冲）"
	}
	if r.State == cashier.StateVoid {
		title += "（已作废）"
	}
	h.Timeline = append(h.Timeline, Event{Kind: "receipt", At: r.At, Title: title, Text: text, By: r.CashierName, Amount: r.Amount, Ref: r.ID})
	if r.State == cashier.StateVoid {
		h.Timeline = append(h.Timeline, Event{Kind: "void", At: r.VoidAt, Title: "作废收据 " + r.Number,
			Text: fmt.Sprintf("%s 元退回，原因：%s", r.Amount.Comma(), r.VoidReason), By: r.VoidName, Amount: -r.Amount, Ref: r.ID})
	}
}

// spanOf says what a receipt paid for: items and months.
func spanOf(lines []cashier.Line) string {
	if len(lines) == 0 {
		return "预存"
	}
	var items []string
	first, last := lines[0].Month, lines[0].Month
	for _, l := range lines {
		if !slices.Contains(items, l.ItemName) {
			items = append(items, l.ItemName)
		}
		first, last = min(first, l.Month), max(last, l.Month)
	}
	text := items[0]
	if len(items) > 1 {
		text = fmt.Sprintf("%s等 %d 项", items[0], len(items))
	}
	if first == last {
		return fmt.Sprintf("%s %s", first, text)
	}
	return fmt.Sprintf("%s 至 %s %s", first, last, text)
}

// addAmended tells what corrections of past months charged or took off.
func (s *Service) addAmended(ctx context.Context, who actor.Actor, project id.ID, h *Household) error {
	may := who.Within(billing.PermRead, project)
	for _, r := range h.Rooms {
		if s.correct == nil || !may.Has(r.Building) {
			continue
		}
		list, err := s.correct.List(ctx, s.db.Reader(ctx), project, correction.Filter{Room: r.ID, State: correction.Made, Request: page.Request{Limit: timelineLength}})
		if err != nil {
			return fmt.Errorf("household: %w", err)
		}
		for _, d := range list.Items {
			words := []string{}
			if d.Plus > 0 {
				words = append(words, "补收 "+d.Plus.Comma())
			}
			if d.Minus > 0 {
				words = append(words, "减收 "+d.Minus.Comma())
			}
			h.Timeline = append(h.Timeline, Event{Kind: "amended", At: d.At, Title: "补差：" + strings.Join(words, "，"),
				Text: fmt.Sprintf("%s 至 %s，%s。补差单 %s", d.From, d.Until, d.Reason, d.Number), By: d.ByName, Amount: d.Plus - d.Minus})
		}
	}
	return nil
}

// addOverdue notes, month by month, when what is still owed became overdue.
func (h *Household) addOverdue() {
	type debt struct {
		n   int
		sum money.Fen
	}
	months := map[clock.Date]debt{}
	for _, c := range h.Open {
		if c.Due < h.Today {
			d := months[c.Due]
			months[c.Due] = debt{d.n + 1, d.sum + c.Owed()}
		}
	}
	for due, d := range months {
		h.Timeline = append(h.Timeline, Event{Kind: "overdue", At: due.AddDays(1).Start(), Title: h.dayWord(due) + " 到期未缴",
			Text: fmt.Sprintf("%d 项，现欠 %s 元", d.n, d.sum.Comma()), By: "系统", Amount: d.sum})
	}
}

// dayWord names a day as pages do: without the year while it is this one.
func (h *Household) dayWord(day clock.Date) string {
	if day.Year() == h.Today.Year() {
		return day.String()[len("2026-"):]
	}
	return day.String()
}

// addMessages adds what was sent to the payer, and what became of it.
func (s *Service) addMessages(ctx context.Context, project id.ID, h *Household) error {
	list, err := s.notify.ToPerson(ctx, s.db.Reader(ctx), project, h.Payer.ID, 20)
	if err != nil {
		return err
	}
	for i := range list {
		m := &list[i]
		at, text := m.SentAt, m.Standing()
		if at.IsZero() {
			at = m.Created
		}
		if !m.OpenedAt.IsZero() {
			text += m.OpenedAt.In(clock.Shanghai()).Format("，01-02 15:04 在缴费页面打开")
		} else if m.Reason != "" {
			text += "，" + m.Reason
		}
		h.Timeline = append(h.Timeline, Event{Kind: "message", At: at, Title: m.Way() + "：" + notify.KindName(m.Kind), Text: text, By: "系统"})
	}
	return nil
}

// addChanges adds what was changed of the rooms and the people.
func (s *Service) addChanges(ctx context.Context, project id.ID, h *Household) error {
	subjects := []id.ID{}
	for _, r := range h.Rooms {
		subjects = append(subjects, r.ID)
	}
	for _, p := range h.People {
		subjects = append(subjects, p.Person.ID, p.ID)
	}
	for _, x := range subjects {
		list, err := s.audit.Entries(ctx, project, audit.Filter{Subject: x, Request: page.Request{Limit: 10}})
		if err != nil {
			return err
		}
		for _, e := range list.Items {
			kind, title := "change", "资料变更"
			if strings.HasPrefix(e.Action, "dunning.") {
				kind, title = "dunning", "催缴"
			}
			h.Timeline = append(h.Timeline, Event{Kind: kind, At: e.At, Title: title, Text: strings.TrimPrefix(e.Summary, "催缴："), By: e.Name})
		}
	}
	return s.addParts(ctx, project, h, subjects)
}

// addParts adds what an import or another command on many records did to these;
// what became of a person in a room stands with the room.
func (s *Service) addParts(ctx context.Context, project id.ID, h *Household, subjects []id.ID) error {
	list, err := s.audit.Parts(ctx, project, subjects, 20)
	if err != nil {
		return err
	}
	inHouse := map[id.ID]bool{}
	for _, r := range h.Rooms {
		inHouse[r.ID] = true
	}
	told := map[string]bool{}
	for _, e := range list {
		key := fmt.Sprint(e.Seq, e.Summary)
		if e.Kind == "room" && !inHouse[e.Subject] || told[key] {
			continue
		}
		told[key] = true
		h.Timeline = append(h.Timeline, Event{Kind: "change", At: e.At, Title: "资料变更", Text: e.Summary, By: e.Name})
	}
	return nil
}
