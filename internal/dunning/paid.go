package dunning

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/notify"
)

// Paid is a receipt as its payer hears of it (收款通知).
type Paid struct {
	Receipt   id.ID
	Number    string
	Payer     id.ID // 0 when nobody is on file, who cannot be told
	PayerName string
	Amount    money.Fen
	Way       string // 微信、预存抵扣
	Rooms     []PaidRoom
}

// PaidRoom is what a receipt paid for one room: whoever holds the code of a room
// reads of no other.
type PaidRoom struct {
	Room   id.ID
	Label  string
	Amount money.Fen
}

// paidRef begins the reference of a message about a receipt.
const paidRef = "receipt/"

// PaidTold writes to those who have paid, in the transaction of their receipts: on
// the pages of their rooms, and by SMS or mail where the project wants it.
func (s *Service) PaidTold(ctx context.Context, tx *db.Tx, project id.ID, list []Paid) error {
	list = slices.DeleteFunc(slices.Clone(list), func(p Paid) bool { return p.Payer == 0 || p.Amount <= 0 })
	if len(list) == 0 {
		return nil
	}
	sc, err := oneSchedule(ctx, tx, project)
	if err != nil {
		return fmt.Errorf("tell payers: %w", err)
	}
	ways, pages, err := s.reach(ctx, tx, project, &sc)
	if err != nil {
		return err
	}
	if !sc.PaidAway {
		ways = nil
	}
	if !pages && len(ways) == 0 {
		return nil
	}
	payers := make([]id.ID, len(list))
	for i := range list {
		payers[i] = list[i].Payer
	}
	codes := map[id.ID][]id.ID{}
	if pages {
		if codes, err = s.Codes.Opening(ctx, tx, project, payers); err != nil {
			return err
		}
	}
	contacts, err := s.Estate.Contacts(ctx, tx, project, payers)
	if err != nil {
		return err
	}
	common, err := s.commonWords(ctx, tx, project)
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		c := contacts[p.Payer]
		if err := s.tellPaid(ctx, tx, project, p, codes[p.Payer], addresses(ways, c.Phone, c.Email), common); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tellPaid(ctx context.Context, tx *db.Tx, project id.ID, p *Paid, pages []id.ID, away []notify.Address, common notify.Words) error {
	d := notify.Draft{Kind: notify.KindPaid, Ref: paidRef + p.Receipt.String(), Person: p.Payer, PersonName: p.PayerName}
	for _, r := range p.Rooms {
		if r.Amount <= 0 || !slices.Contains(pages, r.Room) {
			continue
		}
		d.Dedupe, d.Room, d.RoomLabel = fmt.Sprintf("%s/%s/%s", notify.KindPaid, p.Receipt, r.Room), r.Room, r.Label
		d.Addresses, d.Words = []notify.Address{{Channel: notify.Inbox}}, p.words(common, r.Label, r.Amount)
		if _, err := s.Notify.Post(ctx, tx, project, d); err != nil {
			return err
		}
	}
	first := p.Rooms[0]
	label := first.Label
	if len(p.Rooms) > 1 {
		label = fmt.Sprintf("%s 等 %d 间", label, len(p.Rooms))
	}
	d.Dedupe, d.Room, d.RoomLabel = fmt.Sprintf("%s/%s", notify.KindPaid, p.Receipt), first.Room, first.Label
	d.Addresses, d.Words = away, p.words(common, label, p.Amount)
	_, err := s.Notify.Post(ctx, tx, project, d)
	return err
}

func (p *Paid) words(common notify.Words, room string, amount money.Fen) notify.Words {
	w := notify.Words{"姓名": p.PayerName, "房屋": room, "金额": amount.Comma(), "收据": p.Number, "方式": p.Way}
	for k, v := range common {
		w[k] = v
	}
	return w
}

// paidPage is where a message about a receipt is laid: the page of its room, if
// there still is one.
func (s *Service) paidPage(ctx context.Context, q db.Q, project id.ID, m *notify.Message) ([]notify.Page, error) {
	codes, err := s.Codes.Opening(ctx, q, project, []id.ID{m.Person})
	if err != nil || !slices.Contains(codes[m.Person], m.Room) {
		return nil, err
	}
	return []notify.Page{{Room: m.Room, Words: m.Words}}, nil
}

func ofReceipt(m *notify.Message) bool { return strings.HasPrefix(m.Ref, paidRef) }
