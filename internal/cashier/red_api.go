package cashier

import (
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// RedFacts is what a receipt says of giving back and of deposits.
type RedFacts struct {
	Red            bool      `json:"red" doc:"红字收据，金额为负"`
	RedOf          id.ID     `json:"red_of" doc:"红字收据冲的是哪张"`
	RedOfNumber    string    `json:"red_of_number"`
	ReversedBy     id.ID     `json:"reversed_by" doc:"整张红冲它的红字收据"`
	ReversedNumber string    `json:"reversed_number"`
	Refund         id.ID     `json:"refund_id" doc:"红字收据所付的申请"`
	Refunded       money.Fen `json:"refunded" doc:"已退的钱，分"`
	Refundable     money.Fen `json:"refundable" doc:"最多还可退的钱，分"`
	Redable        bool      `json:"redable" doc:"已交班、没退过，可以整张红冲"`
	Original       bool      `json:"original" doc:"线上收的款，可以原路退回"`
	Deposit        money.Fen `json:"deposit" doc:"其中押金，分"`
	DepositID      id.ID     `json:"deposit_id"`
	DepositName    string    `json:"deposit_name"`
}
