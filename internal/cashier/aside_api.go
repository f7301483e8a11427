package cashier

import (
	"context"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type asideJSON struct {
	Item   id.ID     `json:"item_id"`
	Name   string    `json:"item_name"`
	Amount money.Fen `json:"amount" doc:"余额，分"`
}

type asideItem struct {
	ID   id.ID  `json:"id"`
	Name string `json:"name"`
}

// asideJSON is what the household has set aside, and what it may set aside for.
func (s *Service) asideJSON(ctx context.Context, project id.ID, seat *Seat) ([]asideJSON, []asideItem, error) {
	aside, items := []asideJSON{}, []asideItem{}
	for _, a := range seat.Aside {
		aside = append(aside, asideJSON(a))
	}
	list, err := s.billing.PrepayItems(ctx, s.db.Reader(ctx), project)
	for i := range list {
		items = append(items, asideItem{list[i].ID, list[i].Name})
	}
	return aside, items, err
}
