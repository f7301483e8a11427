package dunning

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/notify"
)

// batch is how many payers are told in one transaction.
const batch = 200

// look is how many payers are read at once.
const look = 50_000

// latest is how many days late a step still goes when the house was closed on
// its day.
const latest = 2

// ReleaseTold begins to tell the payers of a run; it fills billing's socket.
func (s *Service) ReleaseTold(ctx context.Context, tx *db.Tx, project, run id.ID) error {
	return s.pushFrom(ctx, tx, pushTask{project, run, 0})
}

func (s *Service) pushFrom(ctx context.Context, tx *db.Tx, t pushTask) error {
	return s.Jobs.Enqueue(ctx, tx, jobPush, fmt.Sprintf("%s/%s/%s", jobPush, t.Run, t.After), t, 0)
}

// push writes the bills of a run to its payers. What is left behind so many
// payers that they are not read at once is a job of its own.
func (s *Service) push(ctx context.Context, t pushTask) error {
	sc, err := oneSchedule(ctx, s.DB.Reader(ctx), t.Project)
	if err != nil || !sc.Push {
		return err
	}
	last, err := s.tellAll(ctx, t.Project, &sc, notify.KindBill, "run/"+t.Run.String(), billing.ByPayer{Run: t.Run, After: t.After, Limit: look}, 0)
	if err != nil || last == 0 {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.pushFrom(ctx, tx, pushTask{t.Project, t.Run, last}) })
}

// tellAll posts messages to payers, some in one transaction. Who owes what is
// read once for all of them, because that reads every charge of a run; a message
// is read again when it is sent. It answers the last payer when there may be
// more behind him.
func (s *Service) tellAll(ctx context.Context, project id.ID, sc *Schedule, kind, ref string, o billing.ByPayer, step int) (last id.ID, err error) {
	list, err := s.Billing.OwedByPayer(ctx, s.DB.Reader(ctx), project, o)
	if err != nil {
		return 0, err
	}
	for part := range slices.Chunk(list, batch) {
		err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.tell(ctx, tx, project, sc, kind, ref, o, part, step) })
		if err != nil {
			return 0, fmt.Errorf("tell payers: %w", err)
		}
	}
	if len(list) < o.Limit {
		return 0, nil
	}
	return list[len(list)-1].Payer, nil
}

// tell posts a message to every payer of the list who can be reached; o says of
// what they owe it.
func (s *Service) tell(ctx context.Context, tx *db.Tx, project id.ID, sc *Schedule, kind, ref string, o billing.ByPayer, list []billing.PayerOwes, step int) error {
	ways, pages, err := s.reach(ctx, tx, project, sc)
	if err != nil || len(ways) == 0 && !pages {
		return err
	}
	people, rooms := make([]id.ID, len(list)), make([]id.ID, len(list))
	for i := range list {
		people[i], rooms[i] = list[i].Payer, list[i].Room
	}
	contacts, err := s.Estate.Contacts(ctx, tx, project, people)
	if err != nil {
		return err
	}
	labels, err := s.Estate.Labels(ctx, tx, project, rooms)
	if err != nil {
		return err
	}
	common, err := s.commonWords(ctx, tx, project)
	if err != nil {
		return err
	}
	var paged map[id.ID]bool
	if pages {
		if paged, err = s.paged(ctx, tx, project, o, list); err != nil {
			return err
		}
	}
	for i := range list {
		p := &list[i]
		c := contacts[p.Payer]
		d := notify.Draft{Dedupe: fmt.Sprintf("%s/%d/%s/%s", kind, step, ref, p.Payer), Kind: kind, Ref: ref, Person: p.Payer, PersonName: c.Name, Room: p.Room,
			RoomLabel: labels[p.Room], Addresses: addresses(ways, c.Phone, c.Email), Words: wordsOf(common, c.Name, labels[p.Room], p, clock.DateOf(tx.Now()))}
		if err := s.post(ctx, tx, project, sc, d, paged[p.Payer]); err != nil {
			return err
		}
	}
	return nil
}

func addresses(ways []string, phone, email string) []notify.Address {
	var out []notify.Address
	for _, w := range ways {
		switch {
		case w == "sms" && len(phone) == 11 && !strings.Contains(phone, "-"):
			out = append(out, notify.Address{Channel: w, To: phone})
		case w == "mail" && email != "":
			out = append(out, notify.Address{Channel: w, To: email})
		}
	}
	return out
}

// commonWords are the same for everybody in a project.
func (s *Service) commonWords(ctx context.Context, q db.Q, project id.ID) (notify.Words, error) {
	p, err := s.Estate.Project(ctx, q, project)
	if err != nil {
		return nil, err
	}
	st, err := oneSetting(ctx, q, project)
	if err != nil {
		return nil, err
	}
	w := notify.Words{"项目": p.Name, "公司": p.Name, "联系": "物业服务中心"}
	if st.Contact != "" {
		w["联系"] = st.Contact
	}
	if s.Company != nil {
		name, err := s.Company(ctx)
		if err != nil {
			return nil, err
		}
		if name != "" {
			w["公司"] = name
		}
	}
	return w, nil
}

func wordsOf(common notify.Words, name, room string, p *billing.PayerOwes, today clock.Date) notify.Words {
	if p.Rooms > 1 {
		room = fmt.Sprintf("%s 等 %d 间", room, p.Rooms)
	}
	days := today.Sub(p.Due)
	w := notify.Words{"姓名": name, "房屋": room, "金额": p.Amount.Comma(), "应缴日": p.Due.String(), "账期": p.Month.String(), "天数": strconv.Itoa(max(days, -days))}
	for k, v := range common {
		w[k] = v
	}
	return w
}

// Remind posts the reminders that are due today in every project: to whoever
// still owes what falls due so many days from the step, once per due day,
// payer and step. What a person wishes is looked at when it is sent.
func (s *Service) Remind(ctx context.Context) error {
	projects, err := s.Estate.Projects(ctx, actor.System("提醒"))
	if err != nil {
		return fmt.Errorf("remind: %w", err)
	}
	for _, p := range projects {
		if err := s.remind(ctx, p.ID); err != nil {
			return fmt.Errorf("remind in %s: %w", p.Name, err)
		}
	}
	return nil
}

func (s *Service) remind(ctx context.Context, project id.ID) error {
	sc, err := oneSchedule(ctx, s.DB.Reader(ctx), project)
	if err != nil {
		return err
	}
	today := clock.DateOf(s.DB.Clock().Now())
	for i, step := range sc.Steps {
		// A closed house catches up, but never with a step whose follower is due.
		until := today
		if step > 0 {
			until = today.AddDays(-latest)
			if i+1 < len(sc.Steps) && sc.Steps[i+1]-step <= latest {
				until = today
			}
		}
		for on := until; on <= today; on = on.AddDays(1) {
			if err := s.step(ctx, project, &sc, step, on.AddDays(-step)); err != nil {
				return err
			}
		}
	}
	return nil
}

func kindOf(step int) string {
	switch {
	case step < 0:
		return notify.KindBefore
	case step == 0:
		return notify.KindDue
	}
	return notify.KindAfter
}

// step tells everybody who owes what falls due on a day.
func (s *Service) step(ctx context.Context, project id.ID, sc *Schedule, step int, due clock.Date) error {
	o := billing.ByPayer{Due: due, Limit: look}
	for {
		last, err := s.tellAll(ctx, project, sc, kindOf(step), fmt.Sprintf("due/%d", due), o, step)
		if err != nil || last == 0 {
			return err
		}
		o.After = last
	}
}

// about is what a message asks for, by its reference; false when it is none of
// this room's.
func about(m *notify.Message) (billing.ByPayer, bool, error) {
	o := billing.ByPayer{Payer: m.Person, Limit: 1}
	kind, ref, _ := strings.Cut(m.Ref, "/")
	switch kind {
	case "run":
		run, err := id.Parse(ref)
		if err != nil {
			return o, false, fmt.Errorf("reference of message: %w", err)
		}
		o.Run = run
	case "due":
		n, err := strconv.Atoi(ref)
		if err != nil {
			return o, false, fmt.Errorf("reference of message: %w", err)
		}
		o.Due = clock.Date(n)
	default:
		return o, false, nil
	}
	return o, true, nil
}

// Freshen looks at a message in the moment of sending: what its payer owes of
// it now; it fills notify's socket.
func (s *Service) Freshen(ctx context.Context, q db.Q, project id.ID, m *notify.Message) (notify.Words, bool, error) {
	o, known, err := about(m)
	if err != nil || !known {
		return nil, err == nil, err
	}
	if o.Rooms, err = s.roomsOf(ctx, q, project, m); err != nil {
		return nil, false, err
	}
	list, err := s.Billing.OwedByPayer(ctx, q, project, o)
	if err != nil || len(list) == 0 {
		return nil, false, err
	}
	common, err := s.commonWords(ctx, q, project)
	if err != nil {
		return nil, false, err
	}
	return wordsOf(common, m.PersonName, m.RoomLabel, &list[0], clock.DateOf(s.DB.Clock().Now())), true, nil
}

// roomsOf are the rooms that the person of a message may owe for: his now and
// before, so that a message is not looked up among all charges of a run.
func (s *Service) roomsOf(ctx context.Context, q db.Q, project id.ID, m *notify.Message) ([]id.ID, error) {
	list, err := s.Estate.Occupants(ctx, q, project, 0, m.Person, false)
	out := []id.ID{m.Room}
	for i := range list {
		out = append(out, list[i].Room)
	}
	slices.Sort(out)
	return slices.Compact(out), err
}
