package invoice

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type invoiceLeftLineJSON struct {
	Item     id.ID       `json:"item_id"`
	Name     string      `json:"name" doc:"费用项目"`
	Room     string      `json:"room_label"`
	Month    clock.Month `json:"month" doc:"账期"`
	Left     money.Fen   `json:"left" doc:"还能开的，分"`
	Taxed    bool        `json:"taxed" doc:"税率已设好"`
	RateName string      `json:"rate_name"`
	Lease    bool        `json:"lease" doc:"停车、租赁，单独一张"`
}

type invoiceLeftJSON struct {
	Receipt id.ID                 `json:"receipt_id"`
	Number  string                `json:"receipt_number"`
	Date    clock.Date            `json:"date"`
	Left    money.Fen             `json:"left" doc:"还能开的，分"`
	Lines   []invoiceLeftLineJSON `json:"lines" nullable:"false"`
}

type invoiceOfferOut struct {
	Body struct {
		Active    bool               `json:"active" doc:"本项目已接入开票平台"`
		Payer     id.ID              `json:"payer_id"`
		PayerName string             `json:"payer_name"`
		Titles    []invoiceTitleJSON `json:"titles" nullable:"false" doc:"缴费人的抬头，常用的在前"`
		Receipts  []invoiceLeftJSON  `json:"receipts" nullable:"false" doc:"还有金额可开的收据，新的在前"`
		Left      money.Fen          `json:"left" doc:"合计还能开的，分"`
	}
}

func (s *Service) apiOffer(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Receipt id.ID `query:"receipt_id" doc:"一张收据；与 room_id 填一个"`
	Room    id.ID `query:"room_id" doc:"一间房最近的收据"`
}) (*invoiceOfferOut, error) {
	if (in.Receipt == 0) == (in.Room == 0) {
		return nil, ErrAsk.Say("请选择一张收据或一间房").At("query.receipt_id", "receipt_id 与 room_id 填一个", nil)
	}
	within := who.Within(PermRead, in.Project)
	err := s.cashier.ReachRoom(ctx, s.db.Reader(ctx), in.Project, in.Room, within)
	if in.Room == 0 {
		err = s.reachReceipts(ctx, in.Project, []id.ID{in.Receipt}, within)
	}
	if err != nil {
		return nil, err
	}
	o, err := s.Offer(ctx, in.Project, in.Room, in.Receipt, within)
	if err != nil {
		return nil, err
	}
	out := &invoiceOfferOut{}
	b := &out.Body
	b.Active, b.Payer, b.PayerName, b.Titles, b.Receipts = o.Active, o.Payer, o.PayerName, []invoiceTitleJSON{}, []invoiceLeftJSON{}
	for i := range o.Titles {
		b.Titles = append(b.Titles, toTitle(&o.Titles[i]))
	}
	for _, l := range o.Left {
		n := len(b.Receipts)
		if n == 0 || b.Receipts[n-1].Receipt != l.Receipt {
			b.Receipts = append(b.Receipts, invoiceLeftJSON{Receipt: l.Receipt, Number: l.Number, Date: l.Date, Lines: []invoiceLeftLineJSON{}})
			n++
		}
		r := &b.Receipts[n-1]
		r.Left, b.Left = r.Left+l.Amount, b.Left+l.Amount
		j := invoiceLeftLineJSON{Item: l.Line.Item, Name: l.Line.ItemName, Room: l.Line.RoomLabel, Month: l.Line.Month, Left: l.Amount, Taxed: l.Taxed, Lease: l.Tax.Lease}
		if l.Taxed {
			j.RateName = RateName(l.Tax.Rate, l.Tax.Simple)
		}
		r.Lines = append(r.Lines, j)
	}
	return out, nil
}
