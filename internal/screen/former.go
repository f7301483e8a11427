package screen

import (
	"context"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// FormerDebt is what somebody left behind who is nothing to the rooms now.
type FormerDebt struct {
	Payer   id.ID
	Name    string
	Owed    money.Fen
	Prepaid money.Fen // still his
	Count   int
}

// addOpen reads what is owed, what former payers still owe, and the changes of
// hands of the room.
func (s *Service) addOpen(ctx context.Context, q db.Q, project id.ID, h *Household, rooms []id.ID) error {
	all, err := s.billing.Open(ctx, q, project, rooms)
	if err != nil {
		return err
	}
	var payer id.ID
	if h.Payer != nil {
		payer = h.Payer.ID
	}
	own, former, err := s.cashier.SplitFormer(ctx, q, project, payer, all)
	if err != nil {
		return err
	}
	h.Open = own
	if h.Transfers, err = s.estate.Transfers(ctx, q, project, h.Room.ID); err != nil {
		return err
	}
	at := map[id.ID]int{}
	entry := func(payer id.ID) *FormerDebt {
		i, ok := at[payer]
		if !ok {
			i = len(h.Former)
			at[payer] = i
			h.Former = append(h.Former, FormerDebt{Payer: payer})
		}
		return &h.Former[i]
	}
	for i := range former {
		f := entry(former[i].Payer)
		f.Owed += former[i].Owed()
		f.Count++
	}
	for _, t := range h.Transfers {
		if t.From == 0 || t.From == payer {
			continue
		}
		if _, seen := at[t.From]; seen && h.Former[at[t.From]].Prepaid > 0 {
			continue
		}
		left, err := s.payment.Owned(ctx, q, project, h.Room.ID, t.From)
		if err != nil {
			return err
		}
		if left > 0 {
			entry(t.From).Prepaid = left
		}
	}
	people := make([]id.ID, len(h.Former))
	for i, f := range h.Former {
		people[i] = f.Payer
	}
	names, err := s.estate.PersonNames(ctx, q, project, people)
	for i := range h.Former {
		h.Former[i].Name = names[h.Former[i].Payer]
	}
	return err
}
