package dunning

import (
	"context"
	"strings"

	"linli/internal/billing"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/notify"
)

// The ways in which a project uses the page of a pay code for messages.
const (
	InboxOff    = "off"
	InboxBeside = "beside" // there as well as by SMS or mail
	InboxFirst  = "first"  // there alone, by SMS or mail when nobody has opened it in time
)

// Codes is the socket of who knows the pay codes.
type Codes interface {
	// HasCodes reports whether a project has any code that is not ended.
	HasCodes(ctx context.Context, q db.Q, project id.ID) (bool, error)
	// Opening tells which rooms payers have a code for that opens a page.
	Opening(ctx context.Context, q db.Q, project id.ID, payers []id.ID) (map[id.ID][]id.ID, error)
}

// reach is how the payers of a project can be told: by which channels, and
// whether by pages as well.
func (s *Service) reach(ctx context.Context, q db.Q, project id.ID, sc *Schedule) (ways []string, pages bool, err error) {
	if ways, err = s.Notify.Ways(ctx, q, project); err != nil || s.Codes == nil || sc.Inbox == InboxOff {
		return ways, false, err
	}
	pages, err = s.Codes.HasCodes(ctx, q, project)
	return ways, pages, err
}

// paged are the payers of a batch who have a page for what they owe; o says of
// what.
func (s *Service) paged(ctx context.Context, q db.Q, project id.ID, o billing.ByPayer, list []billing.PayerOwes) (map[id.ID]bool, error) {
	payers := make([]id.ID, len(list))
	for i := range list {
		payers[i] = list[i].Payer
	}
	codes, err := s.Codes.Opening(ctx, q, project, payers)
	if err != nil {
		return nil, err
	}
	out := map[id.ID]bool{}
	for i := range list {
		p := &list[i]
		for _, room := range codes[p.Payer] {
			owes := room == p.Room
			if !owes && p.Rooms > 1 {
				one, err := s.Billing.OwedByPayer(ctx, q, project, billing.ByPayer{Run: o.Run, Due: o.Due, Payer: p.Payer, Rooms: []id.ID{room}, Limit: 1})
				if err != nil {
					return nil, err
				}
				owes = len(one) > 0
			}
			out[p.Payer] = out[p.Payer] || owes
		}
	}
	return out, nil
}

// post writes a message by the ways that the project has chosen; page says that
// its person has one. What was posted before is not posted again in another way.
func (s *Service) post(ctx context.Context, tx *db.Tx, project id.ID, sc *Schedule, d notify.Draft, page bool) error {
	laid := notify.Address{Channel: notify.Inbox}
	beside := page && sc.Inbox == InboxBeside && len(d.Addresses) > 0
	if page && !beside {
		d.Addresses, d.Patience = append([]notify.Address{laid}, d.Addresses...), sc.InboxHours
	}
	fresh, err := s.Notify.Post(ctx, tx, project, d)
	if err != nil || !fresh || !beside {
		return err
	}
	d.Dedupe, d.Addresses = d.Dedupe+"/"+notify.Inbox, []notify.Address{laid}
	_, err = s.Notify.Post(ctx, tx, project, d)
	return err
}

// Pages are those of the rooms that a message asks money for, in the moment it
// is laid there, each with what is owed for that room alone; it fills notify's
// socket.
func (s *Service) Pages(ctx context.Context, q db.Q, project id.ID, m *notify.Message) ([]notify.Page, error) {
	if s.Codes != nil && strings.HasPrefix(m.Ref, paidRef) {
		return s.paidPage(ctx, q, project, m)
	}
	o, known, err := about(m)
	if err != nil || !known || s.Codes == nil {
		return nil, err
	}
	codes, err := s.Codes.Opening(ctx, q, project, []id.ID{m.Person})
	if err != nil {
		return nil, err
	}
	rooms := codes[m.Person]
	labels, err := s.Estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return nil, err
	}
	common, err := s.commonWords(ctx, q, project)
	if err != nil {
		return nil, err
	}
	var out []notify.Page
	for _, room := range rooms {
		o.Rooms = []id.ID{room}
		list, err := s.Billing.OwedByPayer(ctx, q, project, o)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			out = append(out, notify.Page{Room: room, Words: wordsOf(common, m.PersonName, labels[room], &list[0], clock.DateOf(s.DB.Clock().Now()))})
		}
	}
	return out, nil
}
