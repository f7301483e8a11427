package termination

import (
	"linli/internal/billing"
	"linli/internal/kit/money"
)

// Policy says how months that were paid ahead are given back.
type Policy string

// The policies.
const (
	Reprice Policy = "reprice" // used months at the full price (the payer ends it, case G07)
	ProRata Policy = "prorata" // unused months by share (the contract ended, case G08)
)

// Refund is what a payer gets back of months that were paid ahead.
type Refund struct {
	Paid   money.Fen // for all months
	Full   money.Fen // the used months at the full price
	Used   money.Fen // of Paid, for the used months by the policy
	Refund money.Fen
}

// refundAhead computes what is given back of fully paid months after the first
// used ones. months are the charges of one item and room in order of months.
// Repricing never asks for more than was paid; by share every month counts with
// what it cost before it was billed with the others. Source: SPC interpretation on
// property service disputes, article 3, for ProRata; contract custom for
// Reprice. Error: a broken charge.
func refundAhead(months []billing.Charge, used int, policy Policy) (Refund, error) {
	used = min(max(used, 0), len(months))
	var r Refund
	var all, unused money.Fen
	for i := range months {
		r.Paid += months[i].Amount
		share, full, err := months[i].BeforeAhead()
		if err != nil {
			return Refund{}, err
		}
		if all += share; i < used {
			r.Full += full
		} else {
			unused += share
		}
	}
	if policy == Reprice {
		r.Refund = max(r.Paid-r.Full, 0)
	} else if all > 0 {
		back, err := money.MulDiv(int64(r.Paid), int64(unused), int64(all), money.HalfUp)
		if err != nil {
			return Refund{}, err
		}
		r.Refund = money.Fen(back)
	}
	r.Used = r.Paid - r.Refund
	return r, nil
}
