package app_test

import (
	"context"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/invoice"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// seller lets a project give invoices through a provider that nobody asks.
func seller() invoice.Seller {
	return invoice.Seller{Party: invoice.Party{Name: "安和物业服务有限公司", TaxNo: "91330106MA2CEXAM6D"},
		Account: invoice.Account{Host: "http://127.0.0.1:1", Key: "key", Secret: "0123456789abcdef"}, Active: true}
}

// taxed parts what was received as an invoice does (H03, H04).
func (w *caseWorld) taxed(ctx context.Context, in caseInput, c *acceptanceCase) error {
	gross := money.Fen(in.number("gross_fen"))
	project, room, err := w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{gross})
	if err != nil {
		return err
	}
	r, err := w.take(ctx, project, room, cashier.MethodCash, gross)
	if err != nil {
		return err
	}
	rate, err := basisPoints(in.text("rate"))
	if err != nil {
		return err
	}
	who := seller()
	who.Small = rate == 100
	if _, err := w.app.Invoice.SetSeller(ctx, w.who, project, who); err != nil {
		return err
	}
	tax := invoice.Tax{Item: r.Lines[0].Item, From: 20250101, Rate: int(rate), Simple: rate <= 500, Code: "3040801010000000000", Short: "企业管理服务"}
	if err := w.app.Invoice.SetTax(ctx, w.who, project, tax); err != nil {
		return err
	}
	list, err := w.app.Invoice.Ask(ctx, w.who, project, invoice.Application{Receipts: []id.ID{r.ID}, New: &invoice.Title{Party: invoice.Party{Name: "林晓峰"}}, Expected: gross})
	if err != nil {
		return err
	}
	if len(list) != 1 || list[0].Gross != gross {
		return fmt.Errorf("invoices %+v", list)
	}
	return first(c.expect("net_fen", list[0].Net), c.expect("tax_fen", list[0].Tax))
}
