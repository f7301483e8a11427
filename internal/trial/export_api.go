package trial

import (
	"context"
	"slices"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/tariff"
)

type effectsIn struct {
	Project id.ID `path:"project"`
	page.Request
	Item    id.ID  `query:"item_id"`
	From    string `query:"from_date"`
	Price   string `query:"price_text"`
	Formula string `query:"formula"`
}

type effectsOut struct{ Body page.List[EffectJSON] }

// effectsAPI lists every room of a simulation on one page.
func (s *Service) effectsAPI(ctx context.Context, _ actor.Actor, in *effectsIn) (*effectsOut, error) {
	r := tariff.Rate{Item: in.Item, Formula: in.Formula}
	if err := r.From.UnmarshalText([]byte(in.From)); err != nil {
		return nil, tariff.ErrRate.At("query.from_date", "应写成 2026-11-01", in.From)
	}
	if in.Price != "" {
		price, err := money.ParsePrice(in.Price)
		if err != nil {
			return nil, tariff.ErrRate.At("query.price_text", "单价写得不对", in.Price)
		}
		r.Price = price
	}
	q := s.db.Reader(ctx)
	out := &effectsOut{page.List[EffectJSON]{Items: []EffectJSON{}}}
	_, err := s.Simulate(ctx, q, in.Project, r, func(e Effect) error {
		out.Body.Items = append(out.Body.Items, EffectJSON{e.Room, "", e.Before, e.After, e.After - e.Before, e.Fault})
		return nil
	})
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(out.Body.Items, 1000) {
		rooms := make([]id.ID, len(part))
		for i := range part {
			rooms[i] = part[i].Room
		}
		labels, err := s.estate.Labels(ctx, q, in.Project, rooms)
		if err != nil {
			return nil, err
		}
		for i := range part {
			part[i].Label = labels[part[i].Room]
		}
	}
	return out, nil
}

// simulationOffer takes every household of a price simulation out.
func (s *Service) simulationOffer() export.Offer {
	o := export.Offer{Key: "simulation", Name: "调价试算", Permission: billing.PermRead, Columns: []sheet.Column{export.Text("房屋", 20), export.Money("现在"),
		export.Money("新单价"), export.Money("相差"), export.Text("算不出的原因", 40)}}
	o.Check, o.Rows = export.Pages(s.effectsAPI, func(o *effectsOut) page.List[EffectJSON] { return o.Body }, func(e *EffectJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(e.Label), export.Yuan(e.Before), export.Yuan(e.After), export.Yuan(e.Change), sheet.Text(e.Fault)}
	})
	return o
}
