package billing

import "linli/internal/kit/money"

// RefundPolicy says how months that were paid ahead are given back.
type RefundPolicy string

// The policies.
const (
	Reprice RefundPolicy = "reprice" // used months at the full price (the payer ends it, case G07)
	ProRata RefundPolicy = "prorata" // unused months by share (the contract ended, case G08)
)

// Refund is what a payer gets back of months that were paid ahead.
type Refund struct {
	Paid   money.Fen // for all months
	Full   money.Fen // the used months at the full price
	Used   money.Fen // of Paid, for the used months by the policy
	Refund money.Fen
}

// RefundAhead computes what is given back of fully paid months after the first
// used ones. months are the charges of one item and room in order of months.
// Repricing never asks for more than was paid. Source: SPC interpretation on
// property service disputes, article 3, for ProRata; contract custom for
// Reprice. Error: a broken charge.
func RefundAhead(months []Charge, used int, policy RefundPolicy) (Refund, error) {
	used = min(max(used, 0), len(months))
	var r Refund
	for i := range months {
		r.Paid += months[i].Amount
		if i >= used {
			continue
		}
		full, err := months[i].Full()
		if err != nil {
			return Refund{}, err
		}
		r.Full += full
	}
	if policy == Reprice {
		r.Refund = max(r.Paid-r.Full, 0)
	} else if len(months) > 0 {
		back, err := money.MulDiv(int64(r.Paid), int64(len(months)-used), int64(len(months)), money.HalfUp)
		if err != nil {
			return Refund{}, err
		}
		r.Refund = money.Fen(back)
	}
	r.Used = r.Paid - r.Refund
	return r, nil
}

// Full is the amount of a charge before discounts. Error: a broken charge.
func (c *Charge) Full() (money.Fen, error) {
	d, err := decodeDetail(c.detail)
	return max(d.gross, c.Amount), err
}
