import { getBasicEvalContext, getFieldsSpec } from "@web/model/relational_model/utils";

const LEFT_ALONE = ["binary", "html", "properties"]; // nothing on the checklist changes them
const LISTS = ["one2many", "many2many"];

/** Whether somebody is at work in a list of the form. */
function isInHand(record, name) {
    return name in record._changes || Boolean(record.data[name]?.editedRecord);
}

/**
 * Read again what a form shows of its record, after something was recorded beside it. What is typed
 * meanwhile stays, and so do the tab, the place and the cursor: nothing is drawn but what differs.
 *
 * @param {Object} orm the service
 * @param {Record} record of the form; a new one is left as it is
 */
export async function readAgain(orm, record) {
    if (!record.resId) {
        return;
    }
    const { activeFields, fields, resId, resModel } = record;
    const names = Object.keys(activeFields).filter(
        (name) => !LEFT_ALONE.includes(fields[name].type) && !fields[name].relatedPropertyField
    );
    const read = Object.fromEntries(names.map((name) => [name, activeFields[name]]));
    const [values] = await orm.webRead(resModel, [resId], {
        context: record.context,
        specification: getFieldsSpec(read, fields, getBasicEvalContext(record.config)),
    });
    await record.model.mutex.exec(() => {
        if (!values || record.resId !== values.id) {
            return; // gone, or another one is shown meanwhile
        }
        const isLeft = (name) => LISTS.includes(fields[name]?.type) && isInHand(record, name);
        const kept = Object.entries(values).filter(([name]) => !isLeft(name));
        record._applyValues(Object.fromEntries(kept));
    });
}
