package card

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// Routes registers the reconciliation of cards; who may reconcile channels may
// do it.
func (s *Service) Routes(w *web.Server) {
	const days, differences = "/projects/{project}/card-days", "/projects/{project}/card-differences"
	web.Handle(w, web.Op{ID: "card-day-list", Method: http.MethodGet, Path: days, Tag: "card",
		Permission: payment.PermRead, Summary: "刷卡对账：按天，新的在前"}, s.apiDays)
	web.Handle(w, web.Op{ID: "card-day-one", Method: http.MethodGet, Path: days + "/{card_day}", Tag: "card",
		Permission: payment.PermRead, Summary: "一天的刷卡对账"}, s.apiDay)
	web.Handle(w, web.Op{ID: "card-day-match", Method: http.MethodPost, Path: days + "/{card_day}/match", Tag: "card",
		Permission: reconcile.PermReconcile, Summary: "收银台改正以后，重新核对一天的刷卡"}, s.apiMatch)
	web.Handle(w, web.Op{ID: "card-import", Method: http.MethodPost, Path: "/projects/{project}/card-imports", Tag: "card",
		Permission: reconcile.PermReconcile, Summary: "导入收单机构的刷卡对账文件并核对；导入过的行不会重复"}, s.apiImport)
	web.Handle(w, web.Op{ID: "card-difference-list", Method: http.MethodGet, Path: differences, Tag: "card",
		Permission: payment.PermRead, Summary: "刷卡对账差异，新的在前"}, s.apiDifferences)
	web.Handle(w, web.Op{ID: "card-difference-receive", Method: http.MethodPost, Path: differences + "/{card_difference}/receive", Tag: "card",
		Permission: reconcile.PermReconcile, Summary: "补记收款：刷卡机收了、这里没收的，给一户开收据"}, s.apiReceive)
	web.Handle(w, web.Op{ID: "card-difference-settle", Method: http.MethodPost, Path: differences + "/{card_difference}/settle", Tag: "card",
		Permission: reconcile.PermReconcile, Summary: "处理一处刷卡对账差异"}, s.apiSettle)
}

type cardDayJSON struct {
	ID          id.ID      `json:"id"`
	Day         clock.Date `json:"day" doc:"交易日"`
	State       string     `json:"state" enum:"even,odd" doc:"even 平，odd 有差异待处理"`
	Lines       int64      `json:"lines" doc:"对账文件里的笔数"`
	Amount      money.Fen  `json:"amount" doc:"消费合计，分"`
	Refunds     money.Fen  `json:"refunds" doc:"撤销和退货合计，分"`
	Fee         money.Fen  `json:"fee" doc:"手续费合计，分"`
	Differences int64      `json:"differences" doc:"差异处数，含处理过的"`
	Open        int64      `json:"open" doc:"待处理的差异处数"`
	MatchedAt   time.Time  `json:"matched_at" doc:"上次核对的时间"`
}

func toDay(d *Day) cardDayJSON {
	state := "even"
	if d.Open > 0 {
		state = "odd"
	}
	return cardDayJSON{d.ID, d.Day, state, d.Lines, d.Amount, d.Refunds, d.Fee, d.Differences, d.Open, d.MatchedAt.In(clock.Shanghai())}
}

type cardDaysOut struct{ Body page.List[cardDayJSON] }

func (s *Service) apiDays(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	State string `query:"state" enum:"even,odd" doc:"even 平，odd 有差异待处理；不填为全部"`
}) (*cardDaysOut, error) {
	list, err := s.Days(ctx, in.Project, DayFilter{Request: in.Request, State: in.State})
	if err != nil {
		return nil, err
	}
	out := &cardDaysOut{page.List[cardDayJSON]{Items: []cardDayJSON{}, Next: list.Next}}
	for i := range list.Items {
		out.Body.Items = append(out.Body.Items, toDay(&list.Items[i]))
	}
	return out, nil
}

type cardDayIn struct {
	Project id.ID `path:"project"`
	Day     id.ID `path:"card_day" doc:"一天的刷卡对账"`
}

type cardDayOut struct{ Body cardDayJSON }

func (s *Service) apiDay(ctx context.Context, _ actor.Actor, in *cardDayIn) (*cardDayOut, error) {
	d, err := s.Day(ctx, in.Project, in.Day)
	if err != nil {
		return nil, err
	}
	return &cardDayOut{toDay(&d)}, nil
}

func (s *Service) apiMatch(ctx context.Context, who actor.Actor, in *cardDayIn) (*cardDayOut, error) {
	d, err := s.Match(ctx, who, in.Project, in.Day)
	if err != nil {
		return nil, err
	}
	return &cardDayOut{toDay(&d)}, nil
}

type cardImportOut struct {
	Body struct {
		Name  string     `json:"name" doc:"文件名"`
		Rows  int        `json:"rows" doc:"读到的行"`
		New   int        `json:"new" doc:"新增的交易"`
		Known int        `json:"known" doc:"以前导入过的交易"`
		Other int        `json:"other" doc:"不是消费、撤销、退货的行，不导入"`
		From  clock.Date `json:"from" doc:"最早的交易日"`
		Until clock.Date `json:"until" doc:"最晚的交易日"`
		Open  int        `json:"open" doc:"这些天待处理的差异"`
	}
}

func (s *Service) apiImport(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" contentType:"application/octet-stream" required:"true" doc:"收单机构的交易明细，xlsx 或 csv（UTF-8、GBK），最多 5000 行"`
	}]
}) (*cardImportOut, error) {
	data := in.RawBody.Data()
	defer data.File.Close()
	got, err := s.Import(ctx, who, in.Project, data.File.Filename, data.File, data.File.Size)
	if err != nil {
		return nil, err
	}
	out := &cardImportOut{}
	b := &out.Body
	b.Name, b.Rows, b.New, b.Known, b.Other, b.From, b.Until, b.Open = got.Name, got.Rows, got.New, got.Known, got.Other, got.From, got.Until, got.Open
	return out, nil
}

type cardRemedyJSON struct {
	Remedy string `json:"remedy" enum:"receive,foreign,hold,settled" doc:"receive 补记收款，foreign 与本项目无关，hold 挂账待查，settled 确认已处理"`
	Name   string `json:"name"`
}

type cardDifferenceJSON struct {
	ID            id.ID            `json:"id"`
	Day           clock.Date       `json:"day" doc:"交易日"`
	Kind          string           `json:"kind" enum:"unknown,missing,amount,voided,refund,refund_missing" doc:"差异种类"`
	KindName      string           `json:"kind_name"`
	Receipt       id.ID            `json:"receipt_id" doc:"这里的收据，没有为 0"`
	ReceiptNumber string           `json:"receipt_number"`
	RoomLabel     string           `json:"room_label" doc:"房间，没有收据时为空"`
	There         money.Fen        `json:"there" doc:"对账文件的金额，分"`
	Here          money.Fen        `json:"here" doc:"这里的金额，分"`
	Proof         string           `json:"proof" doc:"终端、批次、凭证、参考号和卡号后四位"`
	At            time.Time        `json:"at" doc:"刷卡时间；对账文件没有的为收款时间"`
	State         string           `json:"state" enum:"open,done,gone" doc:"open 待处理，done 已处理，gone 重新核对后没有了"`
	Remedy        string           `json:"remedy" doc:"怎么处理的"`
	RemedyName    string           `json:"remedy_name"`
	Note          string           `json:"note"`
	DoneName      string           `json:"done_name"`
	DoneAt        *time.Time       `json:"done_at,omitempty"`
	Remedies      []cardRemedyJSON `json:"remedies" nullable:"false" doc:"可以怎么处理"`
}

func toDifference(d *Difference) cardDifferenceJSON {
	j := cardDifferenceJSON{ID: d.ID, Day: d.Day, Kind: string(d.Kind), KindName: d.Kind.Words(), Receipt: d.Receipt, ReceiptNumber: d.ReceiptNumber, RoomLabel: d.RoomLabel,
		There: d.There, Here: d.Here, Proof: d.Proof, At: d.At.In(clock.Shanghai()), State: d.State, Remedy: string(d.Remedy), RemedyName: d.Remedy.Words(), Note: d.Note,
		DoneName: d.DoneName, Remedies: []cardRemedyJSON{}}
	if !d.DoneAt.IsZero() {
		at := d.DoneAt.In(clock.Shanghai())
		j.DoneAt = &at
	}
	if d.State == StateOpen {
		for _, r := range d.Kind.Remedies() {
			j.Remedies = append(j.Remedies, cardRemedyJSON{string(r), r.Words()})
		}
	}
	return j
}

type cardDifferencesOut struct {
	Body page.List[cardDifferenceJSON]
}

func (s *Service) apiDifferences(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	Day   web.Date `query:"day" doc:"只看这一天"`
	State string   `query:"state" enum:"open,done,gone" doc:"不填为全部"`
	Kind  string   `query:"kind" enum:"unknown,missing,amount,voided,refund,refund_missing" doc:"不填为全部"`
}) (*cardDifferencesOut, error) {
	list, err := s.Differences(ctx, in.Project, Filter{Request: in.Request, Day: in.Day.Date, State: in.State, Kind: Kind(in.Kind)})
	if err != nil {
		return nil, err
	}
	out := &cardDifferencesOut{page.List[cardDifferenceJSON]{Items: []cardDifferenceJSON{}, Next: list.Next}}
	for i := range list.Items {
		out.Body.Items = append(out.Body.Items, toDifference(&list.Items[i]))
	}
	return out, nil
}

type cardDifferenceOut struct{ Body cardDifferenceJSON }

func (s *Service) apiReceive(ctx context.Context, who actor.Actor, in *struct {
	Project    id.ID `path:"project"`
	Difference id.ID `path:"card_difference" doc:"一处差异"`
	Body       struct {
		Room         id.ID     `json:"room_id" doc:"哪户交的；多收的存入它的预存"`
		ExpectedOwed money.Fen `json:"expected_owed" minimum:"0" doc:"界面上显示的这户欠费合计，不一致则拒绝"`
		Confirmed    bool      `json:"confirmed,omitempty" doc:"金额异常时已再次确认"`
	}
}) (*cardDifferenceOut, error) {
	d, err := s.Receive(ctx, who, in.Project, in.Difference, Taking(in.Body))
	if err != nil {
		return nil, err
	}
	return &cardDifferenceOut{toDifference(&d)}, nil
}

func (s *Service) apiSettle(ctx context.Context, who actor.Actor, in *struct {
	Project    id.ID `path:"project"`
	Difference id.ID `path:"card_difference" doc:"一处差异"`
	Body       struct {
		Remedy string `json:"remedy" enum:"foreign,hold,settled" doc:"怎么处理，见差异的 remedies"`
		Note   string `json:"note" minLength:"1" maxLength:"200" doc:"情况说明"`
	}
}) (*cardDifferenceOut, error) {
	d, err := s.Settle(ctx, who, in.Project, in.Difference, Remedy(in.Body.Remedy), in.Body.Note)
	if err != nil {
		return nil, err
	}
	return &cardDifferenceOut{toDifference(&d)}, nil
}

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "card-differences", Name: "刷卡对账差异", Permission: payment.PermRead, Columns: []sheet.Column{export.Text("交易日", 12), export.Text("差异", 26),
		export.Text("房屋", 20), export.Text("收据号", 18), export.Money("对账文件"), export.Money("本系统"), export.Text("凭证", 40), export.Text("状态", 10),
		export.Text("处理", 16), export.Text("说明", 30), export.Text("处理人", 12)}}
	words := map[string]string{StateOpen: "待处理", StateDone: "已处理", StateGone: "已消除"}
	o.Check, o.Rows = export.Pages(s.apiDifferences, func(o *cardDifferencesOut) page.List[cardDifferenceJSON] { return o.Body }, func(d *cardDifferenceJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(d.Day.String()), sheet.Text(d.KindName), sheet.Text(d.RoomLabel), sheet.Text(d.ReceiptNumber), export.Yuan(d.There), export.Yuan(d.Here),
			sheet.Text(d.Proof), sheet.Text(words[d.State]), sheet.Text(d.RemedyName), sheet.Text(d.Note), sheet.Text(d.DoneName)}
	})
	return []export.Offer{o}
}
