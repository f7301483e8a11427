package dunning

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/notify"
)

// Paid is a receipt as its payer hears of it (收款通知), or that it does not count
// any more, as a whole or in part (作废和退款通知), or that prepaid money was paid out
// (退预存通知).
type Paid struct {
	Receipt   id.ID  // that money came or went back by, or that is void
	Number    string // of the receipt that the payer holds
	Back      string // 已作废、已红冲退款; empty when money came
	Returned  bool   // prepaid money was paid out
	Payer     id.ID  // 0 when nobody is on file, who cannot be told
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

// PaidTold writes to those who have paid, in the transaction of their receipts and
// of what takes those back: on the pages of their rooms, and by SMS or mail where
// the project wants it.
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
	contacts := map[id.ID]estate.Contact{}
	if len(ways) > 0 {
		if contacts, err = s.Estate.Contacts(ctx, tx, project, payers); err != nil {
			return err
		}
	}
	common, err := s.commonWords(ctx, tx, project)
	if err != nil {
		return err
	}
	var laid []notify.Draft
	for i := range list {
		p := &list[i]
		laid = append(laid, p.onPages(codes[p.Payer], common)...)
		c := contacts[p.Payer]
		if _, err := s.Notify.Post(ctx, tx, project, p.away(addresses(ways, c.Phone, c.Email), common)); err != nil {
			return err
		}
	}
	return s.Notify.Lay(ctx, tx, project, laid)
}

// onPages are the notices for the pages of rooms, each of what was paid for that
// room alone.
func (p *Paid) onPages(pages []id.ID, common notify.Words) (out []notify.Draft) {
	for _, r := range p.Rooms {
		if r.Amount <= 0 || !slices.Contains(pages, r.Room) {
			continue
		}
		out = append(out, p.draft(fmt.Sprintf("%s/%s/%s", p.kind(), p.Receipt, r.Room), r.Room, r.Label, p.words(common, r.Label, r.Amount)))
	}
	return out
}

// away is the notice that goes by SMS or mail, of the whole receipt.
func (p *Paid) away(to []notify.Address, common notify.Words) notify.Draft {
	first := p.Rooms[0]
	label := first.Label
	if len(p.Rooms) > 1 {
		label = fmt.Sprintf("%s 等 %d 间", label, len(p.Rooms))
	}
	d := p.draft(fmt.Sprintf("%s/%s", p.kind(), p.Receipt), first.Room, first.Label, p.words(common, label, p.Amount))
	d.Addresses = to
	return d
}

func (p *Paid) kind() string {
	if p.Returned {
		return notify.KindReturned
	}
	if p.Back != "" {
		return notify.KindBack
	}
	return notify.KindPaid
}

func (p *Paid) draft(dedupe string, room id.ID, label string, words notify.Words) notify.Draft {
	return notify.Draft{Dedupe: dedupe, Kind: p.kind(), Ref: paidRef + p.Receipt.String(), Person: p.Payer, PersonName: p.PayerName, Room: room, RoomLabel: label,
		Words: words}
}

func (p *Paid) words(common notify.Words, room string, amount money.Fen) notify.Words {
	w := notify.Words{"姓名": p.PayerName, "房屋": room, "金额": amount.Comma(), "收据": p.Number, "方式": p.Way, "变动": p.Back}
	for k, v := range common {
		w[k] = v
	}
	return w
}

// paidPage is where a message about a receipt is laid when somebody sends it again:
// the page of its room, if there still is one.
func (s *Service) paidPage(ctx context.Context, q db.Q, project id.ID, m *notify.Message) ([]notify.Page, error) {
	codes, err := s.Codes.Opening(ctx, q, project, []id.ID{m.Person})
	if err != nil || !slices.Contains(codes[m.Person], m.Room) {
		return nil, err
	}
	return []notify.Page{{Room: m.Room, Words: m.Words}}, nil
}
