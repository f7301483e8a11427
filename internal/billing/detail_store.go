package billing

import (
	"encoding/json"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff/formula"
)

// detailRow is the JSON of a charge's detail column. Keys are short because
// there may be millions; they never change.
type detailRow struct {
	Inner    money.Area   `json:"inner,omitempty"`
	Floor    int64        `json:"floor,omitempty"`
	Floors   int64        `json:"floors,omitempty"`
	People   int64        `json:"people,omitempty"`
	Known    formula.Attr `json:"known,omitempty"`
	Pieces   [][5]int64   `json:"pieces,omitempty"` // rate, price, num, den, kept parts of 10,000
	Gross    money.Fen    `json:"gross,omitempty"`
	Cuts     [][4]int64   `json:"cuts,omitempty"`  // discount, kept parts of 10,000, days, fen off
	Ahead    []int64      `json:"ahead,omitempty"` // discount, kept parts of 10,000, index, the months before it
	Total    money.Fen    `json:"total,omitempty"`
	Index    int          `json:"index,omitempty"`
	Weights  []int64      `json:"weights,omitempty"`
	Days     int          `json:"days,omitempty"`
	Computed money.Fen    `json:"computed,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	By       string       `json:"by,omitempty"`
	At       clock.Date   `json:"at,omitempty"`
	Meter    *meteredRow  `json:"meter,omitempty"`
	Shared   *sharedRow   `json:"shared,omitempty"`
	Late     []string     `json:"late,omitempty"` // how a late fee came about
	Opened   money.Fen    `json:"opened,omitempty"`
	From     []string     `json:"from,omitempty"`   // where a charge from before Linli comes from
	Single   bool         `json:"single,omitempty"` // From is what a person charged
	How      string       `json:"how,omitempty"`    // the document of a single charge whose amount was computed
	Red      bool         `json:"red,omitempty"`    // taken back by 红冲
	Payer    []int64      `json:"payer,omitempty"`  // total, index, first and last day, weights: of a month with several payers
}

func (d *detail) encode() (string, error) {
	r := detailRow{Red: d.red, Late: d.late, Days: d.days, Computed: d.computed, Reason: d.reason, By: d.by, At: d.at}
	if a := d.attrs; a != nil {
		r.Inner, r.Floor, r.Floors, r.People, r.Known = a.inner, a.floor, a.floors, a.people, a.known
	}
	for _, p := range d.pieces {
		r.Pieces = append(r.Pieces, [5]int64{int64(p.rate), int64(p.price), p.num, p.den, p.keep})
	}
	r.Gross = d.gross
	for _, c := range d.cuts {
		r.Cuts = append(r.Cuts, [4]int64{int64(c.discount), c.keep, int64(c.days), int64(c.off)})
	}
	if a := d.ahead; a != nil {
		r.Ahead = append([]int64{int64(a.discount), a.keep, int64(a.index)}, a.weights...)
	}
	if d.share != nil {
		r.Total, r.Index, r.Weights = d.share.total, d.share.index, d.share.weights
	}
	r.Meter, r.Shared = d.meter.row(), d.shared.row()
	if o := d.opening; o != nil {
		r.Opened, r.From, r.Single, r.How = o.amount, o.lines, o.single, o.how
	}
	if c := d.payer; c != nil {
		r.Payer = append([]int64{int64(c.total), int64(c.index), int64(c.first), int64(c.last)}, c.weights...)
	}
	b, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode detail: %w", err)
	}
	return string(b), nil
}

func decodeDetail(s string) (*detail, error) {
	d := &detail{}
	if s == "" {
		return d, nil
	}
	var r detailRow
	if err := json.Unmarshal([]byte(s), &r); err != nil {
		return nil, fmt.Errorf("decode detail: %w", err)
	}
	d.late, d.red = r.Late, r.Red
	d.days, d.computed, d.reason, d.by, d.at = r.Days, r.Computed, r.Reason, r.By, r.At
	if r.Known != 0 {
		d.attrs = &attrs{r.Inner, r.Floor, r.Floors, r.People, r.Known}
	}
	for _, p := range r.Pieces {
		d.pieces = append(d.pieces, detailPiece{id.ID(p[0]), money.Price(p[1]), p[2], p[3], p[4]})
	}
	d.gross = r.Gross
	for _, c := range r.Cuts {
		d.cuts = append(d.cuts, reduction{id.ID(c[0]), c[1], int(c[2]), money.Fen(c[3])})
	}
	if len(r.Ahead) > 3 {
		d.ahead = &ahead{id.ID(r.Ahead[0]), r.Ahead[1], int(r.Ahead[2]), r.Ahead[3:]}
	}
	if len(r.Weights) > 0 {
		d.share = &share{r.Total, r.Index, r.Weights}
	}
	d.meter, d.shared = r.Meter.rules(), r.Shared.rules()
	if r.Opened > 0 {
		d.opening = &opened{r.Opened, r.From, r.Single, r.How}
	}
	if c := r.Payer; len(c) > 4 {
		d.payer = &payerCut{total: money.Fen(c[0]), index: int(c[1]), first: int(c[2]), last: int(c[3]), weights: c[4:]}
	}
	return d, nil
}
