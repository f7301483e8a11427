package cashier_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/web"
)

type browser struct {
	t   *testing.T
	url string
}

// serve puts the counter behind the real edge; the token names who calls.
func (w *world) serve(t *testing.T) browser {
	t.Helper()
	s := web.New(web.Deps{DB: w.d, Log: slog.New(slog.DiscardHandler), Version: "test",
		Authenticate: func(_ context.Context, token, _ string) (actor.Actor, error) {
			who := w.teller()
			switch token {
			case "teller":
			case "reader":
				who.Account, who.Grants[0].Permissions = 12, []actor.Permission{cashier.PermRead}
			case "stranger":
				who.Account, who.Grants[0].Project = 13, w.project+1
			default:
				return actor.Actor{}, nil
			}
			return who, nil
		},
	})
	w.cashier.Routes(s)
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return browser{t, fmt.Sprintf("%s/api/v1/projects/%d", srv.URL, w.project)}
}

func (b browser) send(method, path, token, key, body string) (int, string, http.Header) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, string(text), res.Header
}

// call is send for the teller; it wants the status and reads the answer.
func (b browser) call(method, path, body string, want int, into any) {
	b.t.Helper()
	code, text, _ := b.send(method, path, "teller", "", body)
	if code != want {
		b.t.Fatalf("%s %s: %d %s", method, path, code, text)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		b.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

type receiptAnswer struct {
	ID, Number, State, Date string
	PolicyName              string `json:"policy_name"`
	Amount, Change          int64
	Code, Detail            string
	Prints                  int
	Voidable                bool
	RoomLabel               string `json:"room_label"`
	OwedAfter               int64  `json:"owed_after"`
	Lines                   []struct {
		ItemName string `json:"item_name"`
		Month    string
		Amount   int64
	}
	Pays []struct {
		Method, Name string
		Amount       int64
	}
}

// B31: however often a click is repeated, one receipt; another window with
// another key is told that it came second.
func TestOneClickOneReceipt(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380})
		b := w.serve(t)
		body := fmt.Sprintf(`{"room_id":"%d","pays":[{"method":"cash","amount":25380}],"tendered":26000,"expected_owed":25380,"expected_prepaid":0}`, w.a)
		var wg sync.WaitGroup
		codes, texts := make([]int, 20), make([]string, 20)
		for i := range codes {
			wg.Go(func() { codes[i], texts[i], _ = b.send("POST", "/receipts", "teller", "click-1", body) })
		}
		wg.Wait()
		for i := range codes {
			if codes[i] != 201 || texts[i] != texts[0] {
				t.Errorf("answer %d: %d %s", i, codes[i], texts[i])
			}
		}
		code, text, _ := b.send("POST", "/receipts", "teller", "click-2", body)
		if code != 409 || !strings.Contains(text, `"owed_changed"`) || !strings.Contains(text, "这户刚被李雪梅收过款（09:00），请刷新后再收") {
			t.Errorf("second window: %d %s", code, text)
		}
		code, text, _ = b.send("POST", "/receipts", "teller", "click-1", strings.Replace(body, "26000", "27000", 1))
		if code != 409 || !strings.Contains(text, `"idempotency_key_reused"`) {
			t.Errorf("same key, other content: %d %s", code, text)
		}
		var list struct {
			Items []receiptAnswer
			Total struct{ Count, Valid, Amount int64 }
		}
		b.call("GET", "/receipts?count=true", "", 200, &list)
		if len(list.Items) != 1 || list.Items[0].Number != "SJ2026-000001" || list.Items[0].Change != 620 || list.Total.Amount != 25380 {
			t.Errorf("list %+v", list)
		}
	})
}

func TestCounterAPI(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202610, 25380}, due{w.b, "车位管理费", 202611, 6000})
		b := w.serve(t)
		var seat struct {
			PayerName     string `json:"payer_name"`
			Owed, Overdue int64
			Rooms         []struct{ Label string }
			Room          struct{ Label string }
			Charges       []struct {
				ChargeID string `json:"charge_id"`
				Overdue  int    `json:"overdue_days"`
				Left     int64
			}
		}
		b.call("GET", fmt.Sprintf("/counter/%d", w.b), "", 200, &seat)
		if seat.Owed != 31380 || seat.Overdue != 25380 || seat.PayerName != "林晓峰" || seat.Room.Label != "3栋102" || len(seat.Rooms) != 2 ||
			len(seat.Charges) != 2 || seat.Charges[0].Overdue != 21 {
			t.Fatalf("seat %+v", seat)
		}
		var r receiptAnswer
		b.call("POST", "/receipts", fmt.Sprintf(`{"room_id":"%d","charge_ids":["%s"],"pays":[{"method":"transfer","amount":6000,"reference":"工行 889"}],"expected_owed":31380}`,
			w.b, seat.Charges[1].ChargeID), 201, &r)
		if len(r.Lines) != 1 || r.Lines[0].ItemName != "车位管理费" || r.Lines[0].Month != "2026-11" || r.OwedAfter != 25380 || r.PolicyName != "按所选费用" || !r.Voidable {
			t.Errorf("receipt %+v", r)
		}
		var again receiptAnswer
		b.call("GET", "/receipts/"+r.ID, "", 200, &again)
		if again.Number != r.Number || again.RoomLabel != "3栋102" || again.Pays[0].Name != "转账" {
			t.Errorf("one %+v", again)
		}
		b.call("POST", "/receipts", fmt.Sprintf(`{"room_id":"%d","pays":[{"method":"cash","amount":30000}],"expected_owed":25380}`, w.a), 201, &again)
		b.call("POST", "/receipts/"+r.ID+"/void", `{"reason":"转账没到"}`, 200, &r)
		if r.State != "void" || r.Voidable {
			t.Errorf("void %+v", r)
		}
		var day struct {
			Income           int64
			Receipts, Voided int
			Prepay           int64 `json:"to_prepay"`
			VoidedIncome     int64 `json:"voided_income"`
			Methods          []struct {
				Method, Name string
				Amount       int64
			}
		}
		b.call("GET", "/takings", "", 200, &day)
		if day.Receipts != 1 || day.Voided != 1 || day.VoidedIncome != 6000 || day.Income != 30000 || day.Prepay != 4620 || len(day.Methods) != 1 || day.Methods[0].Name != "现金" || day.Methods[0].Amount != 30000 {
			t.Errorf("takings %+v", day)
		}
		for path, want := range map[string]int{
			"?mine=true": 2, "?room_id=" + w.a.String(): 1, "?room_id=" + w.b.String(): 1, "?room_id=" + w.c.String(): 0, "?state=void": 1,
			"?q=000002": 1, "?q=sj2026": 2, "?q=3栋": 2, "?q=晓峰": 2, "?q=%25": 0, "?from=2026-11-22": 0, "?until=2026-11-20": 0, "?limit=1": 1,
		} {
			var list struct {
				Items []receiptAnswer
				Next  string
			}
			b.call("GET", "/receipts"+path, "", 200, &list)
			if len(list.Items) != want || (path == "?limit=1") != (list.Next != "") {
				t.Errorf("%s: %d receipts, next %q", path, len(list.Items), list.Next)
			}
			if list.Next != "" {
				next := list.Next
				list.Next = ""
				b.call("GET", "/receipts?limit=1&cursor="+next, "", 200, &list)
				if len(list.Items) != 1 || list.Items[0].Number != "SJ2026-000001" || list.Next != "" {
					t.Errorf("second page %+v", list)
				}
			}
		}
	})
}

func TestCounterRights(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 25380})
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(100)})
		mustBe(t, err, nil)
		b := w.serve(t)
		take := fmt.Sprintf(`{"room_id":"%d","pays":[{"method":"cash","amount":100}],"expected_owed":25280}`, w.a)
		for _, c := range []struct {
			method, path, body string
			reader             int
		}{
			{"GET", "/receipts", "", 200},
			{"GET", "/takings?all=true", "", 200},
			{"GET", "/counter/" + w.a.String(), "", 200},
			{"GET", "/receipts/" + r.ID.String(), "", 200},
			{"GET", "/receipts/" + r.ID.String() + "/print?paper=a4", "", 200},
			{"POST", "/receipts", take, 403},
			{"POST", "/receipts/" + r.ID.String() + "/void", `{"reason":"试试"}`, 403},
		} {
			for token, want := range map[string]int{"reader": c.reader, "stranger": 404, "nobody": 401} {
				if code, text, _ := b.send(c.method, c.path, token, "", c.body); code != want {
					t.Errorf("%s %s as %s: %d %s", c.method, c.path, token, code, text)
				}
			}
		}
		// A receipt of another project is not found even by its own id.
		before := *w
		w.found(t, "银杏苑")
		b = w.serve(t)
		for _, path := range []string{"/receipts/" + r.ID.String(), "/receipts/" + r.ID.String() + "/print", "/counter/" + r.Room.String()} {
			if code, text, _ := b.send("GET", path, "teller", "", ""); code != 404 {
				t.Errorf("%s from the other project: %d %s", path, code, text)
			}
		}
		b.call("POST", "/receipts/"+r.ID.String()+"/void", `{"reason":"别的项目"}`, 404, nil)
		*w = before
	})
}

func TestBadRequests(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		b := w.serve(t)
		room := w.dd.String()
		for body, want := range map[string]int{
			`{"room_id":"` + room + `","pays":[],"expected_owed":0}`:                                          422,
			`{"room_id":"` + room + `","pays":null,"expected_owed":0}`:                                        400,
			`{"room_id":"` + room + `","pays":[{"method":"cash","amount":0}],"expected_owed":0}`:              422,
			`{"room_id":"` + room + `","pays":[{"method":"cash","amount":1.5}],"expected_owed":0}`:            400,
			`{"room_id":"` + room + `","pays":[{"method":"cash","amount":1e30}],"expected_owed":0}`:           400,
			`{"room_id":"` + room + `","pays":[{"method":"wechat","amount":1}],"expected_owed":0}`:            422,
			`{"room_id":"` + room + `","pays":[{"method":"cash","amount":1}]}`:                                422,
			`{"room_id":"` + room + `","pays":[{"method":"cash","amount":1}],"expected_owed":0,"number":"1"}`: 422,
			`{"room_id":"0","pays":[{"method":"cash","amount":1}],"expected_owed":0}`:                         404,
			`{"room_id":"` + room + `","pays":[{"method":"cash","amount":1}],"expected_owed":0}`:              422,
		} {
			if code, text, _ := b.send("POST", "/receipts", "teller", "", body); code != want {
				t.Errorf("%s: %d %s", body, code, text)
			}
		}
		if code, text, _ := b.send("GET", "/receipts/1/print?paper=a5", "teller", "", ""); code != 422 {
			t.Errorf("paper a5: %d %s", code, text)
		}
	})
}
