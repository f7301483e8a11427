package dunning_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/latefee/penalty"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// world is a project with two rooms that owe 1000.00 and 500.00, due on the
// last day of the month of the clock.
type world struct {
	d       *db.DB
	now     *clock.Manual
	dunning *dunning.Service
	project id.ID
	a, b    id.ID
	due     clock.Date
}

func migrations() []db.Migrations {
	return []db.Migrations{job.Migrations(), audit.Migrations(), file.Migrations(), ledger.Migrations(), estate.Migrations(), billing.Migrations(), dunning.Migrations()}
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := found(t, d, now)
		f(t, w)
		if list, err := w.dunning.Broken(t.Context(), w.project); err != nil || len(list) > 0 {
			t.Errorf("broken: %v %v", list, err)
		}
	})
}

func found(t *testing.T, d *db.DB, now *clock.Manual) *world {
	t.Helper()
	ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	jobs, who, ctx := job.New(d, slog.New(slog.DiscardHandler)), actor.System("test"), t.Context()
	log := audit.New(audit.Deps{DB: d, Key: ring.AuditKey()})
	books := ledger.New(ledger.Deps{DB: d})
	homes := estate.New(estate.Deps{DB: d, Audit: log, Ring: ring})
	prices := tariff.New(tariff.Deps{DB: d, Audit: log, Estate: homes})
	fees := billing.New(billing.Deps{DB: d, Audit: log, Ledger: books, Estate: homes, Tariff: prices, Jobs: jobs})
	w := &world{d: d, now: now}
	late := latefee.New(latefee.Deps{DB: d, Audit: log, Ledger: books, Estate: homes, Tariff: prices, Billing: fees})
	w.dunning = dunning.New(dunning.Deps{DB: d, Audit: log, Ledger: books, Estate: homes, Billing: fees, LateFee: late,
		Company: func(context.Context) (string, error) { return "安和物业服务有限公司", nil }})
	month := clock.MonthOf(now.Now())
	w.due = month.Last()
	err = d.Write(ctx, func(tx *db.Tx) error {
		p, err := homes.CreateProject(ctx, tx, who, estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
		if err != nil {
			return err
		}
		w.project = p.ID
		b, err := homes.CreateBuilding(ctx, tx, who, p.ID, estate.Building{Name: "3栋"})
		if err != nil {
			return err
		}
		rooms := []estate.Room{{Building: b.ID, Name: "101", Area: 100_00}, {Building: b.ID, Name: "102", Area: 50_00}}
		if err := homes.CreateRooms(ctx, tx, who, p.ID, rooms); err != nil {
			return err
		}
		w.a, w.b = rooms[0].ID, rooms[1].ID
		owner, err := homes.CreatePerson(ctx, tx, who, p.ID, estate.PersonInput{Name: "林晓峰", Kind: estate.KindPerson})
		if err != nil {
			return err
		}
		if _, err = homes.AddOccupant(ctx, tx, who, p.ID, estate.Occupant{Room: w.a, Person: owner, Part: estate.PartOwner}); err != nil {
			return err
		}
		i, err := prices.CreateItem(ctx, tx, who, p.ID, tariff.Item{Name: "物业服务费", Basis: tariff.ByArea, Cycle: "month", Advance: true, StartMonth: 1,
			From: month.First(), Until: month.Last(), Unit: 1, FirstMonth: tariff.Actual})
		if err != nil {
			return err
		}
		if _, err = prices.AddRate(ctx, tx, who, p.ID, tariff.Rate{Item: i.ID, From: month.First(), Price: 10_000_000, SourceKind: "contract", SourceText: "合同"}); err != nil {
			return err
		}
		if _, err = late.AddTerms(ctx, tx, who, p.ID, latefee.Terms{Item: i.ID, From: month.First(), Source: "物业服务合同第十二条",
			Terms: penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal}}); err != nil {
			return err
		}
		_, err = prices.Assign(ctx, tx, who, p.ID, tariff.Assignment{Item: i.ID, Scope: tariff.ToProject, From: month.First()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	run, err := fees.StartRun(ctx, who, w.project, month)
	if err == nil {
		err = jobs.Drain(ctx)
	}
	if err == nil {
		run, err = fees.Run(ctx, d.Reader(ctx), w.project, run.ID)
	}
	if err == nil {
		_, err = fees.Release(ctx, who, w.project, run.ID, run.Version)
	}
	if err == nil {
		err = jobs.Drain(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func clerk() actor.Actor { return actor.Actor{Account: 7, Name: "李雪梅"} }

func (w *world) set(t *testing.T, change func(st *dunning.Setting)) error {
	t.Helper()
	st, err := w.dunning.Setting(t.Context(), w.d.Reader(t.Context()), w.project)
	if err != nil {
		t.Fatal(err)
	}
	change(&st)
	_, err = w.dunning.SetSetting(t.Context(), clerk(), w.project, st)
	return err
}

func (w *world) arrears(t *testing.T) []dunning.Arrears {
	t.Helper()
	list := func(within actor.Buildings) []dunning.Arrears {
		l, err := w.dunning.Arrears(t.Context(), w.d.Reader(t.Context()), w.project, dunning.ArrearsFilter{Within: within})
		if err != nil {
			t.Fatal(err)
		}
		return l.Items
	}
	all, here := list(nil), 0
	buildings, err := w.dunning.Estate.Buildings(t.Context(), w.d.Reader(t.Context()), w.project)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range buildings {
		here += len(list(actor.Buildings{b.ID}))
	}
	if none := list(actor.Buildings{}); here != len(all) || len(none) != 0 {
		t.Errorf("%d rooms are late, %d building by building, %d in no building", len(all), here, len(none))
	}
	return all
}

// The list narrows to a building and to those who are late for long; its sum is
// that of the whole list, and somebody limited to other buildings sees none.
func TestArrearsFilter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, q := t.Context(), w.d.Reader(t.Context())
		w.now.Set(w.due.AddDays(20).Start())
		grid, err := w.dunning.Estate.Room(ctx, q, w.project, w.a)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			f     dunning.ArrearsFilter
			rooms int64
			owed  money.Fen
		}{
			{"all", dunning.ArrearsFilter{}, 2, 1500_00},
			{"the building", dunning.ArrearsFilter{Building: grid.Building, Days: 19}, 2, 1500_00},
			{"another building", dunning.ArrearsFilter{Building: grid.Building + 1}, 0, 0},
			{"late for longer", dunning.ArrearsFilter{Days: 20}, 0, 0},
			{"limited elsewhere", dunning.ArrearsFilter{Building: grid.Building, Within: actor.Buildings{grid.Building + 1}}, 0, 0},
		} {
			l, err := w.dunning.Arrears(ctx, q, w.project, c.f)
			if err != nil || int64(len(l.Items)) != c.rooms {
				t.Errorf("%s: %d rooms, %v", c.name, len(l.Items), err)
			}
			sum, err := w.dunning.ArrearsSum(ctx, q, w.project, c.f)
			if err != nil || sum.Rooms != c.rooms || sum.Amount != c.owed {
				t.Errorf("%s: sum %+v, %v", c.name, sum, err)
			}
		}
	})
}

// A letter says what is owed and why, is numbered, printed with a masked name,
// and its delivery restarts the clock.
func TestLetter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		if _, err := w.dunning.Issue(ctx, clerk(), w.project, []id.ID{w.a}, dunning.Reminder); !errors.Is(err, dunning.ErrSetting) {
			t.Fatalf("without contact: %v", err)
		}
		if err := w.set(t, func(st *dunning.Setting) { st.Contact = "李雪梅 0571-86001234" }); err != nil {
			t.Fatal(err)
		}
		if _, err := w.dunning.Issue(ctx, clerk(), w.project, []id.ID{w.a}, dunning.Reminder); !errors.Is(err, dunning.ErrNothing) {
			t.Fatalf("nothing is overdue: %v", err)
		}
		w.now.Set(w.due.AddDays(20).Start())
		list, err := w.dunning.Issue(ctx, clerk(), w.project, []id.ID{w.b, w.a}, dunning.Demand)
		if err != nil || len(list) != 2 || list[1].Principal != 1000_00 || list[1].Late != 10_00 || list[1].Deadline != w.due.AddDays(35) {
			t.Fatalf("letters %+v, %v", list, err)
		}
		if !strings.HasSuffix(list[0].Number, "-000001") || !strings.HasSuffix(list[1].Number, "-000002") || list[1].Nth != 1 {
			t.Errorf("numbers %s, %s", list[0].Number, list[1].Number)
		}
		html, err := w.dunning.Print(ctx, clerk(), w.project, []id.ID{list[0].ID, list[1].ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"林*峰", "¥1,010.00", "壹仟零壹拾元整", "1000.00 元 × 0.05%/天 × 20 天", "物业服务合同第十二条", `<td class="how">100 ㎡ × 10 元/㎡·月</td>`, "0571-86001234", "都不受影响", list[1].Number} {
			if !strings.Contains(string(html), want) {
				t.Errorf("the paper does not say %q", want)
			}
		}
		if strings.Contains(string(html), "林晓峰") || strings.Count(string(html), "<main ") != 2 {
			t.Error("a name is not masked, or a letter is missing")
		}
		before := w.arrears(t)
		if len(before) != 2 || before[0].Room != w.a || before[0].Late != 10_00 || before[0].Letters != 1 || before[0].Last != nil {
			t.Fatalf("arrears %+v", before)
		}
		if _, err := w.dunning.Deliver(ctx, clerk(), w.project, list[1].ID, dunning.Event{Result: "left"}); !errors.Is(err, dunning.ErrEvent) {
			t.Errorf("left without a photo: %v", err)
		}
		w.now.Set(w.due.AddDays(25).Start())
		if _, err := w.dunning.Deliver(ctx, clerk(), w.project, list[1].ID, dunning.Event{Result: "registered", Proof: "XA 1234"}); err != nil {
			t.Fatal(err)
		}
		after := w.arrears(t)
		if before[0].Expires != dunning.Expires(w.due, nil) || after[0].Expires != dunning.Expires(w.due.AddDays(25), nil) || after[0].Warn {
			t.Errorf("limitation %s, then %s", before[0].Expires, after[0].Expires)
		}
		if l, err := w.dunning.Letter(ctx, w.d.Reader(ctx), w.project, list[1].ID); err != nil || l.Delivered != w.due.AddDays(25) || l.Prints != 1 {
			t.Errorf("letter %+v, %v", l, err)
		}
	})
}

func TestPromises(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.now.Set(w.due.AddDays(10).Start())
		record := func(e dunning.Event) error {
			e.Room, e.Kind = w.a, dunning.Call
			_, err := w.dunning.Record(t.Context(), clerk(), w.project, e)
			return err
		}
		for _, bad := range []dunning.Event{{Result: "promised"}, {Result: "signed"}, {Result: "refused", PromiseDate: w.due.AddDays(20)},
			{Result: "refused", Date: w.due.AddDays(11)}} {
			if err := record(bad); !errors.Is(err, dunning.ErrEvent) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if err := record(dunning.Event{Result: "refused", Note: "已告知再不缴就停电梯卡"}); !errors.Is(err, dunning.ErrThreat) {
			t.Errorf("a threat is noted: %v", err)
		}
		if err := record(dunning.Event{Result: "promised", PromiseDate: w.due.AddDays(15), PromiseAmount: 500_00}); err != nil {
			t.Fatal(err)
		}
		if a := w.arrears(t)[0]; a.Promise == nil || a.Broken || a.Last.Result != "promised" {
			t.Errorf("promise %+v", a)
		}
		w.now.Set(w.due.AddDays(16).Start())
		if a := w.arrears(t)[0]; !a.Broken {
			t.Error("a promise is broken and nobody says so")
		}
	})
}

func TestExpires(t *testing.T) {
	for _, c := range []struct {
		name     string
		due      clock.Date
		restarts []dunning.Restart
		want     clock.Date
	}{
		{"three years", 20220930, nil, 20250930},
		{"I05 a demand", 20220930, []dunning.Restart{{On: 20230315}}, 20260315},
		{"the last demand counts", 20220930, []dunning.Restart{{On: 20240101}, {On: 20230315}}, 20270101},
		{"a demand comes too late", 20220930, []dunning.Restart{{On: 20251001}}, 20250930},
		{"an acknowledgement never does", 20220930, []dunning.Restart{{On: 20251001, Acknowledged: true}}, 20281001},
		{"before it was due", 20220930, []dunning.Restart{{On: 20220901}}, 20250930},
		{"a leap day", 20240229, nil, 20270228},
	} {
		if got := dunning.Expires(c.due, c.restarts); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if !dunning.Warns(20260315, 20251220) || dunning.Warns(20260315, 20251214) {
		t.Error("ninety days are not ninety days")
	}
}

// Nothing that hangs on a debt may be threatened with; to say that it does not
// suffer is what the law wants.
func TestLawful(t *testing.T) {
	for _, bad := range []string{"逾期未缴将停水停电", "连续3个月未缴纳将暂停门禁卡权限", "欠费期间，电梯卡，暂停使用", "不会停水，否则停电", "欠费车辆不予放行，道闸不开", "到期关闭 燃 气",
		"人脸识别将失效", "我们将切断供暖", "限制进小区", "欠费业主不得使用电梯", "欠费的不能进门", "门禁卡将消磁", "电梯卡作废", "欠费户不予购电", "降低供水压力", "车牌将被拉黑",
		"欠费户将被物业停梯", "采取断供措施", "欠费将影响您的门卡使用", "门卡将到期", "缴费后方可使用电梯", "缴清后才开通门禁", "缴费后恢复供水", "请勿使用电梯", "不缴费请走楼梯",
		"拔掉电表", "刷脸权限将暂缓"} {
		if err := dunning.Lawful(bad); !errors.Is(err, dunning.ErrThreat) {
			t.Errorf("%q passes: %v", bad, err)
		}
	}
	for _, good := range []string{"", "不论是否欠费，您的用水、用电、门禁、电梯和车辆进出都不受影响。", "停车费请到服务中心缴。", "我们不会因欠费停水停电。", "付清后停止计算违约金。",
		"电梯维保费已公示，请核对。", "物业不得因欠费停水、停电。", "依法不得限制业主乘梯。", "欠费不影响门禁和电梯使用。", "电梯维护费将于 11 月 30 日到期。", "水表、电表的读数见账单。", "咨询电话 0571-86001234"} {
		if err := dunning.Lawful(good); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	each(t, func(t *testing.T, w *world) {
		if err := w.set(t, func(st *dunning.Setting) { st.Contact, st.Extra = "李雪梅", "到期不缴停用门禁。" }); !errors.Is(err, dunning.ErrThreat) {
			t.Errorf("a threat became a template: %v", err)
		}
	})
}
