package app_test

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/db"
	"linli/internal/kit/page"
	"linli/internal/notify"
)

// frontDesk speaks to the edge as a browser of one address does.
type frontDesk struct {
	*messageWorld
	t      *testing.T
	client string
}

func (d *frontDesk) call(token, method, path, body string) (int, string) {
	d.t.Helper()
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	r.RemoteAddr = d.client + ":4711"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	d.app.Handler().ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// want fails the test when the answer is another one, and reads it into into.
func (d *frontDesk) want(status int, part string, into any) func(int, string) {
	return func(got int, text string) {
		d.t.Helper()
		if got != status || !strings.Contains(text, part) {
			d.t.Fatalf("got %d %s, want %d %s", got, text, status, part)
		}
		if into != nil {
			if err := json.Unmarshal([]byte(text), into); err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

func (d *frontDesk) token(login, password, code string) string {
	d.t.Helper()
	d.now.Advance(time.Second)
	var out struct{ Token string }
	d.want(200, "token", &out)(d.call("", "POST", "/session", `{"login":"`+login+`","password":"`+password+`","code":"`+code+`","remember":true,"bearer":true}`))
	return out.Token
}

func (d *frontDesk) alive(token string) bool {
	status, _ := d.call(token, "GET", "/session", "")
	return status == 200
}

var sixDigits = regexp.MustCompile(`\d{6}`)

// lastSMS and lastMail are the code that came there last.
func (d *frontDesk) lastSMS() string {
	d.t.Helper()
	list := d.sms.Messages()
	if len(list) == 0 {
		d.t.Fatal("no SMS came")
	}
	return sixDigits.FindString(list[len(list)-1].Text)
}

func (d *frontDesk) lastMail() string {
	d.t.Helper()
	list := d.mail.Mails()
	if len(list) == 0 {
		d.t.Fatal("no mail came")
	}
	return sixDigits.FindString(list[len(list)-1].Body)
}

// forget asks for a code as somebody who forgot the password of a login.
func (d *frontDesk) forget(login, channel string) (token string) {
	d.t.Helper()
	d.after(d.t, time.Minute)
	var out struct{ Recovery string }
	d.want(202, "expires_at", &out)(d.call("", "POST", "/recovery", `{"login":"`+login+`","channel":"`+channel+`"}`))
	d.drain(d.t)
	return out.Recovery
}

func (d *frontDesk) confirm(token, code, password string) (int, string) {
	d.now.Advance(time.Second)
	return d.call("", "POST", "/recovery/confirm", `{"recovery":"`+token+`","code":"`+code+`","password":"`+password+`"}`)
}

func (d *frontDesk) logged(action string) []audit.Row {
	d.t.Helper()
	l, err := d.app.Audit.Entries(d.t.Context(), 0, audit.Filter{Action: action, Request: page.Request{Limit: 200}})
	if err != nil {
		d.t.Fatal(err)
	}
	return l.Items
}

// wrong is another code of six digits.
func wrong(code string) string {
	return string('0'+(code[0]-'0'+1)%10) + code[1:]
}

func (d *frontDesk) approve(kind, code string) {
	d.t.Helper()
	list, err := d.app.Notify.Templates(d.t.Context(), d.app.DB.Reader(d.t.Context()), d.project)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, x := range list {
		if x.Kind == kind && x.Channel == notify.SMS {
			x.Code = code
			if _, err := d.app.Notify.SetTemplate(d.t.Context(), d.who, d.project, x); err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

func (d *frontDesk) count(query string) (n int) {
	d.t.Helper()
	if err := d.app.DB.Reader(d.t.Context()).QueryRow(d.t.Context(), query).Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

func (d *frontDesk) exec(query string) {
	d.t.Helper()
	err := d.app.DB.Write(d.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(d.t.Context(), query)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}
