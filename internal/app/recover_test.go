package app_test

import (
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
	"linli/internal/notify"
)

const (
	bossPassword  = "Bamboo-Grove-27"
	clerkPassword = "Lotus-Pond-8341"
	freshPassword = "Plum-Blossom-55"
)

// TestForgottenPassword is P1 and G11: a code to the confirmed phone or mail of
// an account sets a new password, once, and who asks learns nothing of accounts.
func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	messages(t, func(t *testing.T, w *messageWorld) {
		d := &frontDesk{messageWorld: w, t: t, client: "10.0.0.7"}
		w.mailAccount(t)
		w.smsAccount(t)
		d.approve(notify.KindCode, "SMS_CODE")
		d.approve(notify.KindAlert, "SMS_ALERT")
		d.want(201, "id", nil)(d.call("", "POST", "/setup", `{"company":"翠湖物业","name":"周岚","login":"zhoulan","password":"`+bossPassword+`"}`))
		boss := d.token("zhoulan", bossPassword, "")
		var clerk struct{ ID id.ID }
		d.want(201, "", &clerk)(d.call(boss, "POST", "/accounts", `{"login":"lixuemei","name":"李雪梅","password":"`+clerkPassword+`","grants":[]}`))
		one := "/accounts/" + clerk.ID.String()

		// Nobody has chosen who sends: everybody is told the same.
		d.want(200, `"channels":[]`, nil)(d.call("", "GET", "/recovery", ""))
		d.want(409, "recovery_off", nil)(d.call("", "POST", "/recovery", `{"login":"lixuemei","channel":"sms"}`))
		mine := d.token("lixuemei", clerkPassword, "")
		d.want(409, "code_no_sender", nil)(d.call(mine, "POST", "/session/contacts/mail", `{"address":"li@example.com","password":"`+clerkPassword+`"}`))
		setting := `{"password_min":10,"password_days":0,"idle_minutes":720,"totp_roles":[],"code_project_id":"%"}`
		d.want(422, "没有这个项目", nil)(d.call(boss, "PUT", "/settings/security", strings.Replace(setting, "%", "424242", 1)))
		d.want(200, "code_project_id", nil)(d.call(boss, "PUT", "/settings/security", strings.Replace(setting, "%", w.project.String(), 1)))
		d.want(200, `"channels":["sms","mail"]`, nil)(d.call("", "GET", "/recovery", ""))

		d.contacts(boss, mine, one)
		d.sameAnswers()
		d.recovers(boss, mine, one)
		d.secretsAreKept()
		d.contactByHand(clerk.ID)
	})
}

// contacts: the administrator registers, the person confirms with the password
// and the code; what is not confirmed gets no codes of a recovery.
func (d *frontDesk) contacts(boss, mine, one string) {
	d.t.Helper()
	d.want(422, "11 位的手机号", nil)(d.call(boss, "PUT", one+"/contacts/sms", `{"address":"0571-85712345"}`))
	d.want(422, "邮箱不正确", nil)(d.call(boss, "PUT", one+"/contacts/mail", `{"address":"not a mail"}`))
	d.want(200, `"address_mask":"138****5678","confirmed":false`, nil)(d.call(boss, "PUT", one+"/contacts/sms", `{"address":"+86 138-0571-5678"}`))
	d.want(200, `"version":1,`, nil)(d.call(boss, "GET", one, "")) // a form that is open beside it stays good
	d.want(403, "forbidden", nil)(d.call(mine, "PUT", one+"/contacts/sms", `{"address":"13900000000"}`))
	d.forget("lixuemei", "sms")
	if n := len(d.sms.Messages()); n != 0 {
		d.t.Fatalf("%d codes went to a phone that nobody confirmed", n)
	}
	d.want(422, `"message":"原密码不对，还可试 4 次"`, nil)(d.call(mine, "POST", "/session/contacts/sms", `{"password":"wrong"}`))
	d.want(409, "contact_missing", nil)(d.call(mine, "POST", "/session/contacts/mail", `{"password":"`+clerkPassword+`"}`))
	d.want(202, "138****5678", nil)(d.call(mine, "POST", "/session/contacts/sms", `{"password":"`+clerkPassword+`"}`))
	d.want(429, "code_often", nil)(d.call(mine, "POST", "/session/contacts/sms", `{"password":"`+clerkPassword+`"}`))
	d.drain(d.t)
	code := d.lastSMS()
	d.want(422, "还可试 4 次", nil)(d.call(mine, "POST", "/session/contacts/sms/confirm", `{"code":"`+wrong(code)+`"}`))
	d.want(200, `"address_mask":"138****5678","confirmed":true`, nil)(d.call(mine, "POST", "/session/contacts/sms/confirm", `{"code":"`+code+`"}`))
	d.want(422, "contact_code_wrong", nil)(d.call(mine, "POST", "/session/contacts/sms/confirm", `{"code":"`+code+`"}`))
	d.want(200, `"confirmed":true`, nil)(d.call(boss, "PUT", one+"/contacts/sms", `{"address":"13805715678"}`))

	d.want(202, "l***@example.com", nil)(d.call(mine, "POST", "/session/contacts/mail", `{"address":"Li@Example.com","password":"`+clerkPassword+`"}`))
	d.drain(d.t)
	d.want(200, `"channel":"mail","address_mask":"l***@example.com","confirmed":true`, nil)(d.call(mine, "POST", "/session/contacts/mail/confirm", `{"code":"`+d.lastMail()+`"}`))
	d.now.Advance(24 * time.Hour)
}

// sameAnswers: a login that is not there, one without an address and one that
// was dismissed are answered, limited and refused like any other.
func (d *frontDesk) sameAnswers() {
	d.t.Helper()
	blank := regexp.MustCompile(`"(recovery|expires_at)":"[^"]*"`)
	seen := map[string]string{}
	for _, login := range []string{"lixuemei", "zhoulan", "nobody", "' OR 1=1 --"} {
		d.client = "10.0.1." + map[string]string{"lixuemei": "1", "zhoulan": "2", "nobody": "3"}[login] + "9"
		var out struct{ Recovery string }
		status, text := d.call("", "POST", "/recovery", `{"login":"`+login+`","channel":"mail"}`)
		d.want(202, "", &out)(status, text)
		said := blank.ReplaceAllString(text, "")
		status, text = d.call("", "POST", "/recovery", `{"login":"`+strings.ToUpper(login)+`","channel":"mail"}`)
		d.want(429, "code_often", nil)(status, text)
		for range 6 {
			_, text = d.confirm(out.Recovery, "1234567", freshPassword)
			said += "|" + text
		}
		seen[said] += login + " "
	}
	if len(seen) != 1 {
		d.t.Errorf("logins are told apart: %v", seen)
	}
	d.drain(d.t)
	d.client = "10.0.0.7"
	if got := d.logged("identity.recovery_asked"); len(got) != 3 { // 李雪梅 before and after confirming, 周岚 without an address
		d.t.Errorf("logged %+v", got)
	}
	if n := d.count("SELECT COUNT(*) FROM identity_code WHERE login LIKE '%nobody%' OR login LIKE '%OR 1%'") + d.count("SELECT COUNT(*) FROM kit_job WHERE payload LIKE '%nobody%'"); n != 0 {
		d.t.Error("what was typed as a login is kept")
	}
	d.now.Advance(24 * time.Hour)
}

// recovers: tries, time, one use, sessions, second factor, the other channel,
// dismissal, limits.
func (d *frontDesk) recovers(boss, _, one string) {
	d.t.Helper()
	mine := d.token("lixuemei", clerkPassword, "")
	secret := d.bindTOTP(mine, clerkPassword)

	late := d.forget("lixuemei", "sms")
	d.after(d.t, 10*time.Minute)
	d.want(422, "recovery_code_wrong", nil)(d.confirm(late, d.lastSMS(), freshPassword))

	spent := d.forget("lixuemei", "sms")
	code := d.lastSMS()
	for range 5 {
		d.want(422, "recovery_code_wrong", nil)(d.confirm(spent, wrong(code), freshPassword))
	}
	d.want(422, "recovery_code_wrong", nil)(d.confirm(spent, code, freshPassword))
	d.want(422, "recovery_code_wrong", nil)(d.confirm("another-token", code, freshPassword))

	good := d.forget("lixuemei", "sms")
	code = d.lastSMS()
	d.want(422, "密码至少 10 位", nil)(d.confirm(good, code, "short"))
	for range 6 { // a weak password is no wrong code
		d.want(422, "不能含有登录名", nil)(d.confirm(good, code, "LiXueMei-99x"))
	}
	d.onlyOnce(good, code)
	if d.alive(mine) {
		d.t.Error("the old session lives")
	}
	d.want(401, "login_wrong", nil)(d.call("", "POST", "/session", `{"login":"lixuemei","password":"`+clerkPassword+`"}`))
	d.want(401, "login_code_needed", nil)(d.call("", "POST", "/session", `{"login":"lixuemei","password":"`+freshPassword+`"}`))
	now, err := totp.GenerateCode(secret, d.now.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	mine = d.token("lixuemei", freshPassword, now)
	d.drain(d.t)
	told := d.mail.Mails()[len(d.mail.Mails())-1]
	if told.To[0] != "li@example.com" || !strings.Contains(told.Body, "您的账号 lixuemei 的密码已用验证码重新设置") || !strings.Contains(told.Body, "马上告诉管理员") {
		d.t.Errorf("the other channel was told %+v", told)
	}
	if got := d.logged("identity.password_recovered"); len(got) != 1 || got[0].Name != "李雪梅" || got[0].Address != "10.0.0.7" || !strings.Contains(got[0].Summary, "138****5678") {
		d.t.Errorf("logged %+v", got)
	}

	// A new phone is told to the old one; three codes are left for the day.
	d.want(202, "139****9999", nil)(d.call(mine, "POST", "/session/contacts/sms", `{"address":"13905719999","password":"`+freshPassword+`"}`))
	d.drain(d.t)
	d.want(200, "139****9999", nil)(d.call(mine, "POST", "/session/contacts/sms/confirm", `{"code":"`+d.lastSMS()+`"}`))
	d.drain(d.t)
	list := d.sms.Messages()
	if last := list[len(list)-1]; last.Phone != "13805715678" || last.Text != "【翠湖物业】您的账号 lixuemei 登记的手机已换成 139****9999。不是您本人操作的，请马上告诉管理员。" {
		d.t.Errorf("the old phone was told %+v", last)
	}
	d.forget("lixuemei", "mail")
	d.now.Advance(time.Minute)
	d.want(429, "code_often", nil)(d.call("", "POST", "/recovery", `{"login":"lixuemei","channel":"mail"}`))
	d.now.Advance(24 * time.Hour)

	// Dismissed while the code is out, and before it is asked for.
	out := d.forget("lixuemei", "mail")
	code = d.lastMail()
	d.want(200, "dismissed", nil)(d.call(boss, "POST", one+"/dismiss", ""))
	d.want(422, "recovery_code_wrong", nil)(d.confirm(out, code, "Cedar-Window-91"))
	mails := len(d.mail.Mails())
	d.forget("lixuemei", "mail")
	if len(d.mail.Mails()) != mails {
		d.t.Error("a dismissed account got a code")
	}
}

// onlyOnce: of many who use the same code at the same time one sets the
// password.
func (d *frontDesk) onlyOnce(token, code string) {
	d.t.Helper()
	var done, refused atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			switch status, _ := d.call("", "POST", "/recovery/confirm", `{"recovery":"`+token+`","code":"`+code+`","password":"`+freshPassword+`"}`); status {
			case 204:
				done.Add(1)
			case 422:
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	if done.Load() != 1 || refused.Load() != 3 {
		d.t.Errorf("%d set a password with one code, %d were refused", done.Load(), refused.Load())
	}
}

func (d *frontDesk) bindTOTP(token, password string) (secret string) {
	d.t.Helper()
	var begun struct{ Secret string }
	d.want(200, "secret", &begun)(d.call(token, "POST", "/session/totp", `{"password":"`+password+`"}`))
	code, err := totp.GenerateCode(begun.Secret, d.now.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	d.want(200, "codes", nil)(d.call(token, "POST", "/session/totp/confirm", `{"code":"`+code+`"}`))
	return begun.Secret
}

// secretsAreKept: no code is in the list of messages, nor in any table.
func (d *frontDesk) secretsAreKept() {
	d.t.Helper()
	l, err := d.app.Notify.Messages(d.t.Context(), d.app.DB.Reader(d.t.Context()), d.project, notify.Filter{Kind: notify.KindCode})
	if err != nil || len(l.Items) < 6 {
		d.t.Fatalf("%d codes, %v", len(l.Items), err)
	}
	for _, m := range l.Items {
		if sixDigits.MatchString(m.Subject+m.Body) || !strings.Contains(m.Body, "••••••") {
			d.t.Errorf("a code can be read: %s %s", m.Subject, m.Body)
		}
		if _, err := d.app.Notify.Resend(d.t.Context(), actor.System("test"), d.project, m.ID); err == nil {
			d.t.Error("a code was sent twice")
		}
	}
	for _, query := range []string{"SELECT COUNT(*) FROM notify_message WHERE kind = 'code' AND state IN ('sent', 'delivered', 'dropped') AND secret_enc <> ''",
		"SELECT COUNT(*) FROM identity_contact WHERE address_enc LIKE '%1380571%' OR address_enc LIKE '%example%'", "SELECT COUNT(*) FROM identity_code WHERE LENGTH(code) < 20"} {
		if n := d.count(query); n != 0 {
			d.t.Errorf("%s: %d", query, n)
		}
	}
}

// contactByHand: a phone that was changed in the database is named (promise 13).
func (d *frontDesk) contactByHand(clerk id.ID) {
	d.t.Helper()
	broken := func() string {
		list, err := d.app.Identity.Broken(d.t.Context())
		if err != nil {
			d.t.Fatal(err)
		}
		return strings.Join(list, "\n")
	}
	if got := broken(); got != "" {
		d.t.Errorf("broken before: %s", got)
	}
	d.exec("UPDATE identity_contact SET blind = blind || 'x', confirmed = 0 WHERE channel = 'sms' AND account_id = " + clerk.String())
	if got := broken(); !strings.Contains(got, "lixuemei") || !strings.Contains(got, "登记的手机或邮箱与操作日志不符") {
		d.t.Errorf("broken after: %s", got)
	}
	d.exec("UPDATE identity_contact SET blind = SUBSTR(blind, 1, 22), confirmed = 1 WHERE channel = 'sms' AND account_id = " + clerk.String())
}
