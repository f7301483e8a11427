package screen

import (
	"context"
	"time"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
)

func (s *Service) transferRoutes(w *web.Server) {
	const in = "/projects/{project}/"
	web.Handle(w, web.Op{ID: "preview-transfer", Method: "GET", Path: in + "rooms/{room}/transfer-preview", Summary: "过户前看：欠费和当月费用怎样分",
		Tag: "screen", Buildings: true, Permission: estate.PermWrite}, s.previewTransferAPI)
	web.Handle(w, web.Op{ID: "transfer-room", Method: "POST", Path: in + "rooms/{room}/transfers", Summary: "过户给新业主，当天或以前的立即办，以后的到日办",
		Tag: "screen", Buildings: true, Permission: estate.PermWrite, Status: 201}, s.transferAPI)
	web.Handle(w, web.Op{ID: "undo-transfer", Method: "POST", Path: in + "transfers/{transfer}/undo", Summary: "撤销过户；未到日的取消",
		Tag: "screen", Buildings: true, Permission: estate.PermWrite}, s.undoTransferAPI)
}

type transferJSON struct {
	ID         id.ID      `json:"id"`
	Room       id.ID      `json:"room_id"`
	RoomLabel  string     `json:"room_label"`
	FromName   string     `json:"from_name" doc:"原来缴费的人"`
	To         id.ID      `json:"to_id"`
	ToName     string     `json:"to_name" doc:"新业主"`
	Date       clock.Date `json:"date" doc:"从哪天起归新业主"`
	State      string     `json:"state" enum:"planned,done,undone,cancelled" doc:"planned 待到日，done 已办，undone 已撤销，cancelled 已取消"`
	MoveWallet bool       `json:"move_wallet" doc:"预存转给新业主"`
	Note       string     `json:"note"`
	Problem    string     `json:"problem" doc:"到日没能办成的原因"`
	By         string     `json:"by"`
	At         time.Time  `json:"at"`
	UndoneBy   string     `json:"undone_by"`
	Reason     string     `json:"undone_reason"`
}

func toTransfer(t *estate.Transfer) transferJSON {
	return transferJSON{t.ID, t.Room, t.RoomLabel, t.FromName, t.To, t.ToName, t.Date, t.State, t.MoveWallet, t.Note, t.Problem, t.By, t.At,
		t.UndoneBy, t.Reason}
}

type splitPart struct {
	New    bool       `json:"new" doc:"归新业主"`
	First  clock.Date `json:"first" doc:"首日"`
	Last   clock.Date `json:"last" doc:"末日，含当天"`
	Amount money.Fen  `json:"amount" doc:"分"`
}

type splitJSON struct {
	Item   string      `json:"item_name"`
	Month  clock.Month `json:"month"`
	Amount money.Fen   `json:"amount" doc:"整月，分"`
	Paid   money.Fen   `json:"paid" doc:"已收，分；收过的不再拆分"`
	Parts  []splitPart `json:"parts" nullable:"false" doc:"合计等于整月"`
}

type arrearJSON struct {
	Item  string      `json:"item_name"`
	Month clock.Month `json:"month"`
	Owed  money.Fen   `json:"owed" doc:"分"`
}

type leaverJSON struct {
	Occupant id.ID  `json:"occupant_id"`
	Name     string `json:"name"`
	Part     string `json:"part" enum:"owner,family,tenant,other"`
}

type previewTransferOut struct {
	Body struct {
		FromName  string       `json:"from_name" doc:"现在缴费的人，没有则为空"`
		SamePayer bool         `json:"same_payer" doc:"由他人代缴，过户后仍由他缴，费用不变"`
		Future    bool         `json:"future" doc:"到日才办"`
		People    []leaverJSON `json:"people" nullable:"false" doc:"现在登记在这间房的人"`
		Arrears   []arrearJSON `json:"arrears" nullable:"false" doc:"过户月以前的欠费，仍由原业主缴"`
		Owed      money.Fen    `json:"owed" doc:"上面的合计，分"`
		Splits    []splitJSON  `json:"splits" nullable:"false" doc:"过户月及以后已出账的费用"`
		OldShare  money.Fen    `json:"old_share" doc:"其中归原业主，分"`
		NewShare  money.Fen    `json:"new_share" doc:"其中归新业主，分"`
		Prepaid   money.Fen    `json:"prepaid" doc:"原业主在这间房的预存，分"`
	}
}

func (s *Service) previewTransferAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID    `path:"project"`
	Room    id.ID    `path:"room"`
	Date    web.Date `query:"date" doc:"从哪天起归新业主" required:"true"`
	To      id.ID    `query:"to" doc:"新业主，还没登记的不填"`
}) (*previewTransferOut, error) {
	if err := s.reachHandOver(ctx, s.db.Reader(ctx), in.Project, in.Room, in.To, who.Within(estate.PermWrite, in.Project)); err != nil {
		return nil, err
	}
	p, err := s.PreviewHandOver(ctx, in.Project, in.Room, in.To, in.Date.Date)
	if err != nil {
		return nil, err
	}
	out := &previewTransferOut{}
	b := &out.Body
	b.SamePayer, b.Future, b.Owed, b.OldShare, b.NewShare, b.Prepaid = p.SamePayer, p.Future, p.Owed, p.OldShare, p.NewShare, p.Prepaid
	b.People, b.Arrears, b.Splits = []leaverJSON{}, []arrearJSON{}, []splitJSON{}
	if p.From != nil {
		b.FromName = p.From.Name
	}
	for _, o := range p.People {
		b.People = append(b.People, leaverJSON{o.ID, o.Person.Name, o.Part})
	}
	for i := range p.Arrears {
		b.Arrears = append(b.Arrears, arrearJSON{p.Arrears[i].ItemName, p.Arrears[i].Month, p.Arrears[i].Owed()})
	}
	to := in.To
	if to == 0 {
		to = newPayer
	}
	for _, x := range p.Splits {
		j := splitJSON{Item: x.ItemName, Month: x.Month, Amount: x.Amount, Paid: x.Paid, Parts: []splitPart{}}
		for _, part := range x.Parts {
			j.Parts = append(j.Parts, splitPart{part.Payer == to, part.First, part.Last, part.Amount})
		}
		b.Splits = append(b.Splits, j)
	}
	return out, nil
}

type transferOut struct{ Body transferJSON }

type newOwnerJSON struct {
	Name     string `json:"name" minLength:"1" maxLength:"60" doc:"姓名或单位名称"`
	Kind     string `json:"kind,omitempty" enum:"person,company" doc:"默认个人"`
	Phone    string `json:"phone,omitempty" maxLength:"40"`
	IDNumber string `json:"id_number,omitempty" maxLength:"40" doc:"证件号"`
}

func (s *Service) transferAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Room    id.ID `path:"room"`
	Body    struct {
		To         id.ID         `json:"to_id,omitempty" doc:"新业主已在名册里"`
		NewOwner   *newOwnerJSON `json:"new_owner,omitempty" doc:"新业主还没登记，随过户一起登记"`
		Date       clock.Date    `json:"date" doc:"从哪天起归新业主"`
		MoveWallet bool          `json:"move_wallet,omitempty" doc:"预存转给新业主，默认留给原业主"`
		Leaving    []id.ID       `json:"leaving,omitempty" maxItems:"100" doc:"随原业主一起迁出的人（居住记录编号）"`
		Note       string        `json:"note,omitempty" maxLength:"200"`
	}
}) (*transferOut, error) {
	b := in.Body
	h := HandOver{Room: in.Room, To: b.To, Date: b.Date, MoveWallet: b.MoveWallet, Leaving: b.Leaving, Note: b.Note,
		Within: who.Within(estate.PermWrite, in.Project)}
	if n := b.NewOwner; n != nil {
		h.NewOwner = &estate.PersonInput{Name: n.Name, Kind: n.Kind, Phone: n.Phone, IDNumber: n.IDNumber}
	}
	t, err := s.HandOver(ctx, who, in.Project, h)
	return &transferOut{toTransfer(&t)}, err
}

func (s *Service) undoTransferAPI(ctx context.Context, who actor.Actor, in *struct {
	Project  id.ID `path:"project"`
	Transfer id.ID `path:"transfer"`
	Body     struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"为什么撤销"`
	}
}) (*transferOut, error) {
	if err := s.reachTransfer(ctx, s.db.Reader(ctx), in.Project, in.Transfer, who.Within(estate.PermWrite, in.Project)); err != nil {
		return nil, err
	}
	t, err := s.UndoHandOver(ctx, who, in.Project, in.Transfer, in.Body.Reason)
	return &transferOut{toTransfer(&t)}, err
}
