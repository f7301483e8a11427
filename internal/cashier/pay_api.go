package cashier

import (
	"linli/internal/kit/clock"
	"linli/internal/kit/money"
)

// PayInJSON is one part of the money as every operation that takes money at
// the counter reads it.
type PayInJSON struct {
	Method    string     `json:"method" enum:"cash,card,transfer,prepay" doc:"收款方式：cash 现金，card 刷卡，transfer 转账，prepay 预存抵扣"`
	Amount    money.Fen  `json:"amount" minimum:"1" doc:"金额，分"`
	Reference string     `json:"reference,omitempty" maxLength:"60" doc:"凭证号、流水号，选填"`
	Terminal  string     `json:"terminal,omitempty" maxLength:"20" doc:"刷卡的终端号，选填"`
	Last4     string     `json:"last4,omitempty" maxLength:"8" doc:"银行卡后四位，选填"`
	On        clock.Date `json:"paid_on,omitempty" doc:"转账日期，选填"`
}

// Pay is it for the rules.
func (p PayInJSON) Pay() Pay {
	return Pay{Method: Method(p.Method), Amount: p.Amount, Reference: p.Reference, Terminal: p.Terminal, Last4: p.Last4, On: p.On}
}
