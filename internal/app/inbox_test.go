package app_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/dunning"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/notify"
	smssim "linli/internal/outside/sms/sim"
)

// pageMessage is a message as somebody without login gets it.
type pageMessage struct {
	ID       string     `json:"id"`
	Title    string     `json:"title"`
	Body     string     `json:"body"`
	OpenedAt *time.Time `json:"opened_at"`
}

// code gives a room a pay code and answers its token.
func (w *messageWorld) code(t *testing.T, room id.ID) string {
	t.Helper()
	c, err := w.app.Paycode.Issue(t.Context(), w.who, w.project, room)
	if err != nil {
		t.Fatal(err)
	}
	return tokenOf(t, c.Link)
}

// call asks the public API for a page.
func (w *messageWorld) call(t *testing.T, method, path string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/api/v1/pay/"+path, nil)
	if method == http.MethodPost {
		r = httptest.NewRequestWithContext(t.Context(), method, "/api/v1/pay/"+path, strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
	}
	a := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(a, r)
	return a.Code, a.Body.String()
}

// onPage are the messages on the page of a code.
func (w *messageWorld) onPage(t *testing.T, token string) []pageMessage {
	t.Helper()
	status, text := w.call(t, http.MethodGet, token+"/messages")
	var list struct{ Items []pageMessage }
	if err := json.Unmarshal([]byte(text), &list); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s: %v", status, text, err)
	}
	return list.Items
}

// opens opens a message; nil when the answer is not 200.
func (w *messageWorld) opens(t *testing.T, token, message string) (*pageMessage, int) {
	t.Helper()
	status, text := w.call(t, http.MethodPost, token+"/messages/"+message+"/open")
	if status != http.StatusOK {
		return nil, status
	}
	m := &pageMessage{}
	if err := json.Unmarshal([]byte(text), m); err != nil {
		t.Fatal(err)
	}
	return m, status
}

// wants sets how the project uses pages.
func (w *messageWorld) wants(t *testing.T, inbox string, hours int) {
	t.Helper()
	ctx := t.Context()
	sc, err := w.app.Dunning.Schedule(ctx, w.app.DB.Reader(ctx), w.project)
	if err == nil {
		sc.Inbox, sc.InboxHours = inbox, hours
		_, err = w.app.Dunning.SetSchedule(ctx, w.who, w.project, sc)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.drain(t)
}

func (w *messageWorld) unread(t *testing.T, token string) int {
	t.Helper()
	b, err := w.app.Paycode.Bill(t.Context(), phone, token)
	if err != nil {
		t.Fatal(err)
	}
	return b.Unread
}

// What is released lies on the page of the household beside the mail; whoever
// opens it is its receipt, once; nobody else's page has it.
func TestReleasedBillLiesOnThePageOfItsHousehold(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		w.clockTo(t, clock.DateOf(w.now.Now()), 10)
		w.mailAccount(t)
		mine, other := w.code(t, w.rooms[0]), w.code(t, w.rooms[1])
		w.release(t)
		w.says(t, "bill", "王秀英 mail sent, 王秀英 inbox sent, 陈建国 mail sent, 陈建国 inbox sent")
		list := w.onPage(t, mine)
		if len(list) != 1 || !strings.Contains(list[0].Body, "您1栋101 ") || !strings.Contains(list[0].Title, "250.60 元") || list[0].OpenedAt != nil || w.unread(t, mine) != 1 {
			t.Fatalf("on the page %+v, %d unread", list, w.unread(t, mine))
		}
		if got := w.onPage(t, other); len(got) != 1 || got[0].ID == list[0].ID || strings.Contains(got[0].Body, "101") {
			t.Errorf("on the other page %+v", got)
		}
		if _, status := w.opens(t, other, list[0].ID); status != http.StatusNotFound {
			t.Errorf("the other household opens it: %d", status)
		}
		if w.unread(t, mine) != 1 {
			t.Error("another household has opened it")
		}
		w.after(t, time.Hour)
		first, _ := w.opens(t, mine, list[0].ID)
		w.after(t, time.Hour)
		again, _ := w.opens(t, mine, list[0].ID)
		if first == nil || again == nil || first.OpenedAt == nil || !first.OpenedAt.Equal(*again.OpenedAt) || w.unread(t, mine) != 0 || w.unread(t, other) != 1 {
			t.Fatalf("opened %+v, again %+v", first, again)
		}
		w.says(t, "bill", "王秀英 mail sent, 王秀英 inbox delivered, 陈建国 mail sent, 陈建国 inbox sent")
		l, err := w.app.Notify.Messages(t.Context(), w.app.DB.Reader(t.Context()), w.project, notify.Filter{Channel: notify.Inbox, State: notify.Delivered})
		if err != nil || len(l.Items) != 1 || !l.Items[0].DeliveredAt.Equal(*first.OpenedAt) || !l.Items[0].OpenedAt.Equal(*first.OpenedAt) || l.Items[0].AddressMask != "缴费页面" {
			t.Errorf("in the outbox %+v, %v", l.Items, err)
		}
		w.opensAtOnce(t, other)
		w.onHousehold(t)
		w.codesEnd(t, mine, list[0].ID)
	})
}

// opensAtOnce opens a message on several telephones at the same moment: it is
// noted once.
func (w *messageWorld) opensAtOnce(t *testing.T, token string) {
	t.Helper()
	message := w.onPage(t, token)[0].ID
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if status, text := w.call(t, http.MethodPost, token+"/messages/"+message+"/open"); status != http.StatusOK {
				t.Errorf("opened at once: %d %s", status, text)
			}
		})
	}
	wg.Wait()
	l, err := w.app.Notify.Messages(t.Context(), w.app.DB.Reader(t.Context()), w.project, notify.Filter{Channel: notify.Inbox, Room: w.rooms[1]})
	if err != nil || len(l.Items) != 1 || l.Items[0].State != notify.Delivered {
		t.Fatalf("%+v, %v", l.Items, err)
	}
	if _, tries, err := w.app.Notify.Message(t.Context(), w.app.DB.Reader(t.Context()), w.project, l.Items[0].ID); err != nil || len(tries) != 2 {
		t.Errorf("attempts %+v, %v", tries, err)
	}
}

// onHousehold looks for them on the household's page of the console.
func (w *messageWorld) onHousehold(t *testing.T) {
	t.Helper()
	h, err := w.app.Screen.Household(t.Context(), actor.System("test"), w.project, w.rooms[0])
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range h.Timeline {
		if e.Kind == "message" {
			told = append(told, e.Title+" "+e.Text)
		}
	}
	slices.Sort(told)
	if got := strings.Join(told, ", "); len(told) != 2 || !strings.Contains(got, "站内消息：账单 已读，") || !strings.Contains(got, "邮件：账单 已发出") {
		t.Errorf("on the household's page: %s", got)
	}
}

// codesEnd tries tokens that open nothing: they are answered alike.
func (w *messageWorld) codesEnd(t *testing.T, token, message string) {
	t.Helper()
	if err := w.app.Paycode.End(t.Context(), w.who, w.project, w.rooms[0], "纸丢了"); err != nil {
		t.Fatal(err)
	}
	_, chance, _ := strings.Cut(token, ".")
	for _, bad := range []string{token, "1." + chance, "nothing"} {
		for path, method := range map[string]string{"": "GET", "/messages": "GET", "/messages/" + message + "/open": "POST"} {
			if status, text := w.call(t, method, bad+path); status != http.StatusNotFound || !strings.Contains(text, "paycode_gone") {
				t.Errorf("%s %s: %d %s", method, bad+path, status, text)
			}
		}
	}
	// A new code of the same payer shows them again.
	if got := w.onPage(t, w.code(t, w.rooms[0])); len(got) != 1 || got[0].ID != message {
		t.Errorf("with the new code %+v", got)
	}
}

// What nobody opens in time goes by SMS, what SMS does not reach by mail; what
// is opened goes nowhere.
func TestUnreadMessageFallsBackToSMS(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		w.clockTo(t, clock.DateOf(w.now.Now()), 10)
		w.mailAccount(t)
		w.smsAccount(t)
		w.wants(t, dunning.InboxFirst, 4)
		read, token := w.code(t, w.rooms[0]), w.code(t, w.rooms[1])
		w.sms.Tell(smssim.Orders{Receipt: "MK:0001"})
		w.release(t)
		w.says(t, "bill", "王秀英 inbox sent, 陈建国 inbox sent")
		if m, _ := w.opens(t, read, w.onPage(t, read)[0].ID); m == nil {
			t.Fatal("not opened")
		}
		w.after(t, 4*time.Hour-time.Minute)
		if n := len(w.sms.Messages()) + len(w.mail.Mails()); n != 0 {
			t.Errorf("%d went out before the time", n)
		}
		w.after(t, time.Minute)
		w.says(t, "bill", "王秀英 inbox delivered, 陈建国 sms sent")
		if list := w.sms.Messages(); len(list) != 1 || list[0].Phone != "13805715678" || !strings.Contains(list[0].Text, "250.60 元") {
			t.Errorf("SMS %+v", list)
		}
		w.after(t, time.Minute)
		w.says(t, "bill", "王秀英 inbox delivered, 陈建国 mail sent")
		if list := w.mail.Mails(); len(list) != 1 || list[0].To[0] != "chen@example.com" {
			t.Errorf("mails %+v", list)
		}
		// It still lies on the page, and who opens it now is noted beside the mail.
		if m, _ := w.opens(t, token, w.onPage(t, token)[0].ID); m == nil {
			t.Fatal("not opened")
		}
		l, err := w.app.Notify.Messages(t.Context(), w.app.DB.Reader(t.Context()), w.project, notify.Filter{Channel: notify.Mail})
		if err != nil || len(l.Items) != 1 || l.Items[0].State != notify.Sent || l.Items[0].OpenedAt.IsZero() {
			t.Fatalf("%+v, %v", l.Items, err)
		}
		_, tries, err := w.app.Notify.Message(t.Context(), w.app.DB.Reader(t.Context()), w.project, l.Items[0].ID)
		var went []string
		for _, a := range tries {
			went = append(went, a.Carrier+map[bool]string{true: " ok"}[a.OK])
		}
		if got := strings.Join(went, ", "); err != nil || got != "inbox ok, inbox, sms ok, sms, mail ok, inbox ok" {
			t.Errorf("attempts %s, %v", got, err)
		}
	})
}

// At night a message lies down without a sound; who reads it before the morning
// is sent nothing.
func TestOpenedAtNightNothingFollows(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		today := clock.DateOf(w.now.Now())
		w.clockTo(t, today, 21)
		w.smsAccount(t)
		w.wants(t, dunning.InboxFirst, 4)
		token := w.code(t, w.rooms[1])
		w.release(t)
		w.says(t, "bill", "陈建国 inbox sent")
		w.clockTo(t, today.AddDays(1), 2)
		w.says(t, "bill", "陈建国 sms waiting")
		w.clockTo(t, today.AddDays(1), 8)
		if m, _ := w.opens(t, token, w.onPage(t, token)[0].ID); m == nil {
			t.Fatal("not opened")
		}
		w.clockTo(t, today.AddDays(1), 10)
		w.says(t, "bill", "陈建国 inbox delivered")
		if n := len(w.sms.Messages()); n != 0 {
			t.Errorf("%d SMS all the same", n)
		}
		// Reminders of a day: the page is no burden, the limit is of SMS and mail.
		l, err := w.app.Notify.Messages(t.Context(), w.app.DB.Reader(t.Context()), w.project, notify.Filter{Kind: "bill"})
		if err != nil || l.Items[0].Spare != notify.SMS {
			t.Errorf("%+v, %v", l.Items, err)
		}
		if _, err := w.app.Notify.Resend(t.Context(), w.who, w.project, l.Items[0].ID); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		if w.unread(t, token) != 1 || len(w.onPage(t, token)) != 1 {
			t.Error("sent again it is one unread message")
		}
		w.after(t, 4*time.Hour)
		w.says(t, "bill", "陈建国 sms sent")
	})
}

// A page shows its own room and no full name, whatever the template asks for;
// without a code, or when the project does not want it, nothing is laid.
func TestPagesShowTheirOwnRoomOnly(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		ctx, today := t.Context(), clock.DateOf(w.now.Now())
		w.clockTo(t, today, 10)
		extra := estate.Room{Name: "301", Area: 200_00}
		err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			r, err := w.app.Estate.Room(ctx, tx, w.project, w.rooms[0])
			if err != nil {
				return err
			}
			extra.Building = r.Building
			rooms := []estate.Room{extra}
			if err := w.app.Estate.CreateRooms(ctx, tx, w.who, w.project, rooms); err != nil {
				return err
			}
			extra = rooms[0]
			p, err := w.app.Estate.Person(ctx, tx, w.project, w.people[1])
			if err == nil {
				_, err = w.app.Estate.AddOccupant(ctx, tx, w.who, w.project, estate.Occupant{Room: extra.ID, Person: p, Part: estate.PartOwner})
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		list, err := w.app.Notify.Templates(ctx, w.app.DB.Reader(ctx), w.project)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			if x.Channel == notify.Inbox && x.Kind == notify.KindBill {
				x.Subject, x.Body = "{姓名}的账单", "{姓名}：{房屋} 应缴 {金额} 元"
				if _, err := w.app.Notify.SetTemplate(ctx, w.who, w.project, x); err != nil {
					t.Fatal(err)
				}
			}
		}
		token := w.code(t, extra.ID)
		w.release(t)
		w.says(t, "bill", "陈建国 inbox sent")
		status, text := w.call(t, http.MethodGet, token+"/messages")
		if status != http.StatusOK || !strings.Contains(text, "陈**：1栋301 应缴 500.00 元") || strings.Contains(text, "750.60") {
			t.Errorf("%d %s", status, text)
		}
		for _, secret := range []string{"陈建国", "建国", "13805715678", "chen@example.com", "1栋102"} {
			if strings.Contains(text, secret) {
				t.Errorf("the page holds %s: %s", secret, text)
			}
		}
		w.forgets(t, token)
	})
}

// forgets lets a year and more go by, and the project turn the pages off.
func (w *messageWorld) forgets(t *testing.T, token string) {
	t.Helper()
	ctx := t.Context()
	count := func() int { return len(w.onPage(t, token)) }
	for _, c := range []struct{ days, left int }{{390, 1}, {10, 0}} {
		w.now.Advance(time.Duration(c.days) * 24 * time.Hour)
		if err := w.app.Notify.Forget(ctx, w.project); err != nil {
			t.Fatal(err)
		}
		if got := count(); got != c.left {
			t.Errorf("%d more days later %d messages lie there, want %d", c.days, got, c.left)
		}
	}
	w.says(t, "bill", "陈建国 inbox sent")
	w.wants(t, dunning.InboxOff, 24)
	w.clockTo(t, clock.DateOf(w.now.Now()), 10)
	w.release(t)
	if got := count(); got != 0 {
		t.Errorf("turned off, %d messages were laid", got)
	}
}
